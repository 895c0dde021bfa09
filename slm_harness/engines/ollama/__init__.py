"""Ollama: its server's models and replies, through its official client."""
