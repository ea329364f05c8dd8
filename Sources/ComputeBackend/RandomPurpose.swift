/// What random numbers are drawn for: the last word of Philox's counter, which keeps the draws of
/// one seed apart.
///
/// All uses are listed here so that no two share a value, which the compiler checks. Values are
/// part of every result: a changed one changes what a seed gives.
public enum RandomPurpose: UInt32, CaseIterable, Sendable {
  // Inputs of benchmarks, and of tests that draw on the host.
  case benchmark = 0
  case test = 0x7E57

  // Networks, training and denoising.
  case initialWeights = 0x1417
  case trainingOrder = 0x7A00
  case augmentation = 0x7A01
  case denoiserTimesteps = 0x7A02
  case denoiserNoise = 0x7A03
  case forwardDiffusion = 0xD1F0
  case reverseDiffusion = 0xD1F1
  case criticPairs = 0xC210
  case criticShares = 0xC211

  // Datasets and attacks.
  case shapes = 0x5AFE
  case poisonSelection = 0x9015
  case patch = 0x9017
  case patchPlace = 0x9018
  case poisonPerturbation = 0x9019
  case targetImage = 0x901A
  case sourceImages = 0x901B
  case flippedLabel = 0x901C
  case attackPattern = 0xB1E4
  case poisonCovers = 0x3A4F
  case triggerSource = 0x901D
  case secretBits = 0x901E

  // Tracing.
  case marks = 0x3A6C
  case randomView = 0x3A6D
  case markSelection = 0x3A6E

  // Detection and purification.
  case simulatedDetector = 0xDE7E
  case randomNoise = 0x4A2D
  case friendlyNoise = 0xF41E
  case noiseSearch = 0xE71C
  case transplantRecipients = 0xE71D
  case triggerRegion = 0xE71E
  case carrierSearch = 0xE71F
  case labelAsymmetry = 0xE720
  case keptLabels = 0xE721
  case sifter = 0x51F7
  case dilution = 0x51F8
  case gradientSampling = 0x51F9
  case randomSubset = 0x51FA
  case crossValidation = 0xE730
  case clusterStarts = 0xDE90
  case normalResamples = 0xDE91
  case overlays = 0xDE92
  case classSplits = 0xDE93
  case flaggedImages = 0xDE94
  case trialSamples = 0xDE95
  case judgedSamples = 0xDE96

  // Devices.
  case selfTest = 0x5E1F
}
