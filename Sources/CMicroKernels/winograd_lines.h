// The one-dimensional transforms of Winograd's algorithm for one instruction set.
//
//     Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A      d: (m+2)×(m+2) pixels of the input, Y: m×m of the output
//
// F(2×2) interpolates at 0, ±1, ∞; F(4×4) at 0, ±a, ±b, ∞ with a = ¾ and b = 3/2, where rounding
// errors were a fifth of those at the usual 0, ±1, ±2 (rms over 256 channels: 1.5·10⁻⁶ of the
// result's deviation, beside 0.9·10⁻⁶ of direct sums).

#define MAX_SIZE 6
#define A1 0.75f
#define B1 1.5f
#define A2 (A1 * A1)
#define B2 (B1 * B1)

// What the points 0, ±a and ±b contribute: 1 / Π (p − q) over the other points q. It stands in A,
// where it costs least: kernels, of which there are most, are transformed without it.
#define SCALE0 ((float)(64.0 / 81))
#define SCALEA ((float)(-128.0 / 243))
#define SCALEB ((float)(32.0 / 243))

// even + x·odd and even − x·odd, values at x and −x.
static INLINE void NAME(bothSigns)(vec even, vec odd, float x, vec *t) {
  t[0] = even + x * odd;
  t[1] = even - x * odd;
}

// t = Bᵀ d
static INLINE void NAME(inputLine)(const int m, const vec *d, vec *t) {
  if (m == 2) {
    t[0] = d[2] - d[0];
    t[1] = d[2] + d[1];
    t[2] = d[2] - d[1];
    t[3] = d[3] - d[1];
    return;
  }
  t[0] = (d[4] - (A2 + B2) * d[2]) + A2 * B2 * d[0];
  NAME(bothSigns)(d[4] - B2 * d[2], d[3] - B2 * d[1], A1, t + 1);
  NAME(bothSigns)(d[4] - A2 * d[2], d[3] - A2 * d[1], B1, t + 3);
  t[5] = (d[5] - (A2 + B2) * d[3]) + A2 * B2 * d[1];
}

// y = Aᵀ p
static INLINE void NAME(outputLine)(const int m, const vec *p, vec *y) {
  const vec evenA = p[1] + p[2], oddA = p[1] - p[2];
  if (m == 2) {
    y[0] = 0.5f * evenA - p[0];
    y[1] = 0.5f * oddA + p[3];
    return;
  }
  const vec evenB = p[3] + p[4], oddB = p[3] - p[4];
  y[0] = (SCALE0 * p[0] + SCALEA * evenA) + SCALEB * evenB;
  y[1] = (SCALEA * A1) * oddA + (SCALEB * B1) * oddB;
  y[2] = (SCALEA * A2) * evenA + (SCALEB * B2) * evenB;
  y[3] = (p[5] + (SCALEA * A1 * A2) * oddA) + (SCALEB * B1 * B2) * oddB;
}

// z = A g, the transposed of outputLine
static INLINE void NAME(gradientLine)(const int m, const vec *g, vec *z) {
  if (m == 2) {
    const vec half = 0.5f * g[0];
    z[0] = -g[0];
    z[1] = half + 0.5f * g[1];
    z[2] = half - 0.5f * g[1];
    z[3] = g[1];
    return;
  }
  z[0] = SCALE0 * g[0];
  NAME(bothSigns)(SCALEA * (g[0] + A2 * g[2]), SCALEA * (g[1] + A2 * g[3]), A1, z + 1);
  NAME(bothSigns)(SCALEB * (g[0] + B2 * g[2]), SCALEB * (g[1] + B2 * g[3]), B1, z + 3);
  z[5] = g[3];
}

// t = G g
static INLINE void NAME(kernelLine)(const int m, const vec *g, vec *t) {
  t[0] = g[0];
  if (m == 2) {
    NAME(bothSigns)(g[0] + g[2], g[1], 1, t + 1);
    t[3] = g[2];
    return;
  }
  NAME(bothSigns)(g[0] + A2 * g[2], g[1], A1, t + 1);
  NAME(bothSigns)(g[0] + B2 * g[2], g[1], B1, t + 3);
  t[5] = g[2];
}

// g = Gᵀ t
static INLINE void NAME(kernelGradientLine)(const int m, const dvec *t, dvec *g) {
  const dvec evenA = t[1] + t[2], oddA = t[1] - t[2];
  if (m == 2) {
    g[0] = t[0] + evenA;
    g[1] = oddA;
    g[2] = evenA + t[3];
    return;
  }
  const dvec evenB = t[3] + t[4], oddB = t[3] - t[4];
  g[0] = t[0] + evenA + evenB;
  g[1] = A1 * oddA + B1 * oddB;
  g[2] = A2 * evenA + B2 * evenB + t[5];
}

#undef SCALE0
#undef SCALEA
#undef SCALEB
#undef A1
#undef B1
#undef A2
#undef B2
