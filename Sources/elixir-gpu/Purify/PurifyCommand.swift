import ArgumentParser

/// `elixir-gpu purify`: a purified copy of a dataset that may be poisoned.
struct PurifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purify",
    abstract: "Purifies a dataset that may be poisoned.",
    discussion: """
      'purify DATASET …' is 'purify dataelixir DATASET …': it finds samples with a trigger, such \
      as those that BadNets or Blended poisoned, and gives them back without it. pd-autor does \
      so without a denoiser. mendata is for poison that leaves labels alone and for data marks; \
      the other methods are its baselines.

      The output has the dataset's layout, and beside it purified.csv (a row for each sample), \
      report.json and report.html. A run that was stopped resumes when its command is repeated; \
      until then its files are in OUTPUT.partial, and afterwards in OUTPUT.run.

      Examples:
        elixir-gpu purify photos --output purified
        elixir-gpu purify cifar-10-batches-bin --denoiser ddpm-cifar10-32 --output purified
        elixir-gpu purify mnist/train --denoiser digits --output purified --device opencl
        elixir-gpu purify mendata photos --features resnet18.safetensors --reference knn:500 \
      --output purified
      """,
    subcommands: [
      PurifyDataElixirCommand.self, PurifyPDAutoRCommand.self, PurifyMendataCommand.self,
      PurifyRandomNoiseCommand.self, PurifyFriendlyNoiseCommand.self,
      PurifyReferenceOnlyCommand.self,
    ],
    defaultSubcommand: PurifyDataElixirCommand.self)
}
