"""Where clips lie: by the digest of their bytes, each with a record of what it was made for."""
