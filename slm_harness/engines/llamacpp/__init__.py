"""llama.cpp out of a wheel, in a child process that serves one GGUF file."""
