"""What the claims of an answer rest on: sentences, support, citations."""
