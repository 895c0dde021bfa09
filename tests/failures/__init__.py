"""What can go wrong with an answer, as a table: played against doubles, and told in docs/failures.md."""
