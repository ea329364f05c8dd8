void elixirMicroKernelsPlaceholder(void);
