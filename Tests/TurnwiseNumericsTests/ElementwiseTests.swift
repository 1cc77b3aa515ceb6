import Foundation
import Testing
import TurnwiseKernels
import TurnwiseNumerics

@Suite struct `An elementwise kernel` {
  @Test(arguments: levels)
  func `computes exponentials to a few units in the last place`(_ level: KernelLevel) {
    let x = Rows(reading: (-8700...8800).map { Float($0) / 100 })
    let result = outcomes(level, [Rows(1, width: x.width)]) { kernels, y in
      kernels.exponential(y[0], x.base, count: x.width)
    }
    result[0].expectAgreement(to: 4)
  }

  @Test(arguments: levels)
  func `computes finite and positive exponentials of extreme numbers`(_ level: KernelLevel) {
    let x = Rows([-.infinity, -1e30, -100, 0, 100, 1e30, .infinity])
    // In place as well.
    level.kernels.exponential(x.base, x.base, count: x.width)
    #expect(x.array.allSatisfy { $0.isFinite && $0 > 0 })
    #expect(x.array[3] == 1 && x.isIntact)
  }

  @Test(arguments: levels, sizes)
  func `computes as many elements as it is given`(_ level: KernelLevel, _ count: Int) {
    var source = Source(count)
    let (a, b) = (source.floats(count), source.floats(count))
    let x = Rows(reading: b)
    let starts = (0..<4).map { _ in Rows(a) }
    let result = outcomes(level, starts + [Rows(1, width: 1)]) { kernels, y in
      kernels.exponential(y[0], x.base, count: count)
      kernels.add(y[1], x.base, count: count)
      kernels.scale(y[2], by: 0.7, count: count)
      kernels.add(y[3], 1.3, times: x.base, count: count)
      y[4][0] = kernels.dot(starts[0].base, x.base, count: count)
    }
    result[0].expectAgreement(to: 4)
    #expect(result[1].found == result[1].expected)
    #expect(result[2].found == result[2].expected)
    result[3].expectAgreement(to: 3) { abs(a[$0]) + 1.3 * abs(b[$0]) }
    let terms = zip(a, b).reduce(0) { $0 + abs($1.0 * $1.1) }
    result[4].expectAgreement(to: count + 1) { _ in terms }
  }

  @Test(arguments: levels, sizes)
  func `updates parameters as Adam with decoupled decay does`(_ level: KernelLevel, _ count: Int) {
    var source = Source(count)
    let step = AdamStep(
      firstDecay: 0.9, secondDecay: 0.98, learningRate: 0.01, weightDecay: 0.1, epsilon: 1e-8,
      firstCorrection: 1 / (1 - 0.81), secondCorrection: 1 / (1 - 0.9604))
    let p = source.floats(count)
    let (m, v) = (source.floats(count), source.floats(count, 0...1))
    let g = Rows(reading: source.floats(count))
    let result = outcomes(level, [Rows(p), Rows(m), Rows(v)]) { kernels, x in
      kernels.adam(step, x[0], first: x[1], second: x[2], gradient: g.base, count: count)
    }
    // Steps are no larger than parameters here; both moments are at most one.
    result[0].expectAgreement(to: 16, ofAtLeast: 1)
    result[1].expectAgreement(to: 6) { abs(m[$0]) + 0.1 }
    result[2].expectAgreement(to: 6) { v[$0] + 0.02 }
  }

  @Test(arguments: levels)
  func `only decays a parameter without a gradient`(_ level: KernelLevel) {
    let step = AdamStep(
      firstDecay: 0.9, secondDecay: 0.98, learningRate: 0.5, weightDecay: 0.5, epsilon: 1e-8,
      firstCorrection: 10, secondCorrection: 50)
    let zeros = Rows([Float](repeating: 0, count: 17))
    let (p, m) = (Rows([Float](repeating: 4, count: 17)), zeros.copy())
    let v = zeros.copy()
    level.kernels.adam(
      step, p.base, first: m.base, second: v.base, gradient: zeros.base, count: 17)
    #expect(p.array == [Float](repeating: 3, count: 17))
  }

  @Test(arguments: levels, [0, 1, 2, 10, 100])
  func `that measures the processor multiplies and adds as often as it is told`(
    _ level: KernelLevel, _ rounds: Int
  ) {
    // Each of eight sums starts at a, and four times a round it becomes 1e-9 + 1.0001 times itself.
    func exact(from start: Double) -> Double {
      let factor = Double(Float(1.0001))
      return (0..<4 * rounds).reduce(start) { sum, _ in Double(Float(1e-9)) + factor * sum }
    }
    // Four sums start at 1.0001, four at 1e-9, in sixteen lanes each.
    let expected = 64 * (exact(from: Double(Float(1.0001))) + exact(from: Double(Float(1e-9))))
    let found = Double(level.kernels.multiplyAdds(rounds: rounds))
    #expect(abs(found / expected - 1) < Double(8 * rounds + 16) * 0x1p-24)
  }
}
