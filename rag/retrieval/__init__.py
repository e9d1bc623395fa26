"""Finding passages: the corpus, BM25, confidence, reranking."""
