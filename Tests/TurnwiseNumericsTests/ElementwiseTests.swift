import Foundation
import Testing
import TurnwiseNumerics

@Suite struct `An elementwise kernel` {
  @Test func `raises e to within a few units in the last place`() {
    let x = (-8600...8600).map { Float($0) / 100 }
    let y = FloatBuffer(x.count)
    Elementwise.exponential(y.base, x, count: x.count)
    for (argument, value) in zip(x, y.array) {
      let exact = Foundation.exp(Double(argument))
      #expect(abs(Double(value) - exact) <= 3e-7 * exact)
    }
  }

  @Test func `stays finite and positive at the ends of the exponential`() {
    let x = FloatBuffer([-1e30, -100, 0, 100, 1e30])
    Elementwise.exponential(x.base, x.base, count: 5)
    #expect(x.array.allSatisfy { $0.isFinite && $0 > 0 })
    #expect(x.array[2] == 1)
  }

  @Test(arguments: [1, 15, 16, 17, 33, 100])
  func `touches exactly as many elements as it is told to`(_ count: Int) {
    var source = Source(UInt64(count))
    let x = source.floats(count + 20)
    let y = source.floats(count + 20)
    let sum = FloatBuffer(y)
    Elementwise.add(sum.base, x, count: count)
    #expect(sum.array == y.indices.map { $0 < count ? y[$0] + x[$0] : y[$0] })
    let scaled = FloatBuffer(y)
    Elementwise.scale(scaled.base, by: 3, count: count)
    #expect(scaled.array == y.indices.map { $0 < count ? y[$0] * 3 : y[$0] })
    let mixed = FloatBuffer(y)
    Elementwise.add(mixed.base, 2, times: x, count: count)
    expectClose(mixed.array, y.indices.map { $0 < count ? y[$0] + 2 * x[$0] : y[$0] })
    let dot = Elementwise.dot(x, y, count: count)
    expectClose([dot], [zip(x, y).prefix(count).reduce(0) { $0 + $1.0 * $1.1 }])
  }

  @Test(arguments: [1, 16, 37])
  func `moves parameters as Adam with decoupled decay does`(_ count: Int) {
    var source = Source(UInt64(count))
    let (p, g) = (source.floats(count), source.floats(count))
    let (m, v) = (source.floats(count), source.floats(count, 0...1))
    let step = AdamStep(
      firstDecay: 0.9, secondDecay: 0.98, learningRate: 0.01, weightDecay: 0.1, epsilon: 1e-8,
      firstCorrection: 1 / (1 - 0.81), secondCorrection: 1 / (1 - 0.9604))
    let (parameters, first, second) = (FloatBuffer(p), FloatBuffer(m), FloatBuffer(v))
    step.apply(
      parameters.base, first: first.base, second: second.base, gradient: g,
      count: count)
    let newM = (0..<count).map { 0.9 * m[$0] + 0.1 * g[$0] }
    let newV = (0..<count).map { 0.98 * v[$0] + 0.02 * g[$0] * g[$0] }
    expectClose(first.array, newM)
    expectClose(second.array, newV)
    expectClose(
      parameters.array,
      (0..<count).map {
        let root = (newV[$0] / (1 - 0.9604)).squareRoot() + 1e-8
        return p[$0] - 0.01 * (newM[$0] / (1 - 0.81) / root + 0.1 * p[$0])
      })
  }
}
