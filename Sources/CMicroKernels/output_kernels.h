// How a result in registers reaches the output, for one instruction set.

// `n` elements of the output at `place`, in column `j` of sample `sample`; see ElixirOutput.
static INLINE void NAME(finishPart)(
    const ElixirOutput *output, const int32_t activation, long place, long sample, long j, long n,
    vec y) {
  y *= output->scale;
  if (output->accumulate) y += NAME(loadPart)(output->into + place, n);
  if (output->bias) y += NAME(loadPart)(output->bias + j, n);
  if (output->sampleBias)
    y += NAME(loadPart)(output->sampleBias + sample * output->sampleBiasPitch + j, n);
  if (output->residual) y += NAME(loadPart)(output->residual + place, n);
  NAME(storePart)(output->into + place, n, NAME(activate)(activation, y));
}

// Runs a statement BODY(activation) with the output's activation as a constant.
#define EACH_ACTIVATION(output, BODY)                                                       \
  switch ((output)->activation) {                                                           \
    case 0: BODY(0); break;                                                                 \
    case 1: BODY(1); break;                                                                 \
    case 2: BODY(2); break;                                                                 \
    case 3: BODY(3); break;                                                                 \
    case 4: BODY(4); break;                                                                 \
    case 5: BODY(5); break;                                                                 \
  }
