void elixirKernelSourcesPlaceholder(void);
