print("elixir-gpu")
