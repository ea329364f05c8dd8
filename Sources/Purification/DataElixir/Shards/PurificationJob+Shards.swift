import Datasets
import Runs

extension PurificationJob where Method == DataElixir {
  /// Computes one shard of the run whose output is to be `output`, unless it is there already.
  ///
  /// All shards, then `merge`, give the bytes of `run`. A shard that was stopped goes on.
  ///
  /// - Returns: whether there was something to do.
  /// - Throws: `ParameterError` without a denoiser, which every shard would have to train, or with
  ///   more shards than samples; `ShardError` where shards of another run are in the way; and as
  ///   `run` does.
  public func make(_ shard: Shard, output: String) throws -> Bool {
    guard purifier.denoiser != nil else {
      throw ParameterError("shard", shard, "shards need a denoiser that is trained already")
    }
    guard shard.count <= dataset.count else {
      throw ParameterError("shard", shard, "there are \(dataset.count) samples only")
    }
    let parts = ShardFolder(output: output)
    return try withSmallerBatches { job, run in
      let context = try job.context(run, output: parts.output(of: shard), force: false)
      let identity = try context.identity()
      try parts.check(identity, count: shard.count)
      if parts.shards(finished: true).contains(shard) { return false }
      try DataElixirRun(
        purifier, in: context, identity: [ShardFolder.identityKey: shard.description]
      ).make(shard, for: parts)
      return true
    }
  }

  /// Goes on from the shards of a run, all of which must be there, to its output.
  ///
  /// - Throws: `ShardError` unless they are all there and belong to this run, and as `run` does.
  public func merge(
    output: String, force: Bool = false
  ) throws -> PurificationReport<DataElixir> {
    var job = self
    let parts = ShardFolder(output: output)
    job.parts = parts
    let report = try job.run(output: output, force: force)
    parts.delete()
    return report
  }
}
