// Numbers of the operations that kernels are told to do, for the C and the OpenCL kernels alike.
//
// Made of the Swift enumerations of the same names; a test says so when they differ, and
// `ELIXIR_WRITE_CODES=1 swift test --filter OperationCodeTests` writes the file anew.

enum {
  UnaryAffine,
  UnaryExp,
  UnaryLog,
  UnarySquareRoot,
  UnaryReciprocalSquareRoot,
  UnaryReciprocal,
  UnarySquare,
  UnaryAbsolute,
  UnarySign,
  UnarySine,
  UnaryCosine,
  UnaryTanh,
  UnarySigmoid,
  UnaryRelu,
  UnaryLeakyReLU,
  UnarySilu,
  UnaryGelu,
  UnarySoftplus,
  UnaryClamp,
  UnaryStep,
  UnaryQuantizeToByte,
};

enum {
  ActivationIdentity,
  ActivationRelu,
  ActivationSilu,
  ActivationGelu,
  ActivationTanh,
  ActivationSigmoid,
};

enum {
  BinaryAdd,
  BinarySubtract,
  BinaryMultiply,
  BinaryDivide,
  BinaryMaximum,
  BinaryMinimum,
  BinaryGreater,
};

enum {
  ReductionSum,
  ReductionMaximum,
  ReductionSumOfSquares,
};
