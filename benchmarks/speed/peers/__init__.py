"""The same articles, questions and server put to other harnesses, each as its own documents would have it."""
