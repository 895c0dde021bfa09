"""Any OpenAI-compatible server, through the official client."""
