import Foundation
import Testing
import TurnwiseModel
import TurnwiseTraining

@Suite struct `The values of a critic` {
  @Test func `of a scalar head are its outputs before it has seen targets`() {
    #expect(ValueCode(.scalar).values([0.25, -1]) == [0.25, -1])
  }

  @Test func `stay as they are when their unit changes`() {
    var code = ValueCode(.scalar)
    var output = 0.25
    _ = code.fit([0, 1, 1, 1])
    for targets in [[3.0, 5], [4, 4, 4], [-2, 0.5]] {
      let before = code.values([Float(output)])[0]
      let change = code.fit(targets)
      output = change.factor * output + change.offset
      #expect(abs(code.values([Float(output)])[0] - before) < 1e-6)
    }
  }

  @Test func `have the mean and deviation of the first targets as their unit`() {
    var code = ValueCode(.scalar)
    _ = code.fit([1, 3, 1, 3])
    #expect((code.centre, code.scale) == (2, 1))
    #expect(code.values([0]) == [2])
    // The second targets have half of the weight: the mean of 1, 3, 6, 6 with their squares.
    _ = code.fit([6, 6])
    #expect(code.centre == 4)
    #expect(abs(code.scale - (0.5 * 5 + 0.5 * 36 - 16).squareRoot()) < 1e-12)
  }

  @Test func `keep a unit that spans updates, however little their targets differ`() {
    var code = ValueCode(.scalar)
    for update in 0..<40 { _ = code.fit([Double(update % 2), Double(update % 2)]) }
    #expect(code.scale > 0.4)
  }

  @Test func `of equal targets can still be learnt`() {
    var code = ValueCode(.scalar)
    _ = code.fit([1, 1])
    #expect(code.scale > 0)
    #expect(code.gradients([0], targets: [1], count: 1).loss == 0)
  }

  @Test func `of a categorical head span zero and the targets with half to spare at each end`() {
    var code = ValueCode(.categorical)
    _ = code.fit([0.5, 2])
    #expect((code.centre, code.scale) == (1, 2))
    _ = code.fit([2.5])
    #expect((code.centre, code.scale) == (1, 2))
    // Targets outside widen the range, which was -1 to 3.
    _ = code.fit([9])
    #expect((code.centre, code.scale) == (4, 5))
  }

  @Test func `of a categorical head keep their range while all targets are 0`() {
    var code = ValueCode(.categorical)
    _ = code.fit([0, 0])
    #expect((code.centre, code.scale) == (0.5, 1))
  }

  @Test(arguments: [-0.2, 0, 0.31, 0.5, 1])
  func `of a categorical head are least wrong at the target`(_ target: Double) {
    var code = ValueCode(.categorical)
    _ = code.fit([0, 1])
    // Gradient descent on one row of logits.
    var logits = [Float](repeating: 0, count: ModelConfiguration.Head.intervals)
    for _ in 0..<4000 {
      let slopes = code.gradients(logits, targets: [target], count: 1).values
      for place in logits.indices { logits[place] -= 5 * slopes[place] }
    }
    #expect(abs(code.values(logits)[0] - target) < 2e-3)
  }

  @Test func `of a categorical head have the slope of their loss`() {
    var code = ValueCode(.categorical)
    _ = code.fit([0, 1])
    let logits = (0..<2 * ModelConfiguration.Head.intervals).map { Float(sin(Double($0))) }
    let targets = [0.2, 0.9]
    let slopes = code.gradients(logits, targets: targets, count: 2).values
    for place in stride(from: 0, to: logits.count, by: 7) {
      func loss(_ step: Float) -> Double {
        var moved = logits
        moved[place] += step
        return code.gradients(moved, targets: targets, count: 2).loss
      }
      let slope = (loss(0.01) - loss(-0.01)) / 0.02
      #expect(abs(slope - Double(slopes[place])) < 1e-5)
    }
  }

  @Test func `are held against the returns by explained variance, bias and calibration`() {
    let perfect = ValueFit([0, 1, 0, 1], [0, 1, 0, 1])
    #expect((perfect.explainedVariance, perfect.bias, perfect.calibrationError) == (1, 0, 0))
    let constant = ValueFit([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1])
    #expect((constant.explainedVariance, constant.bias) == (0, 0))
    // An offset is bias and a lack of calibration; it explains all variance.
    let high = ValueFit([0.25, 1.25, 0.25, 1.25], [0, 1, 0, 1])
    #expect((high.explainedVariance, high.bias, high.calibrationError) == (1, 0.25, 0.25))
    // Ten pairs, the values of which are right on average alone: calibrated, and no use.
    let pairs = (0..<20).map { (value: 0.5, target: Double($0 % 2)) }
    let useless = ValueFit(pairs.map(\.value), pairs.map(\.target))
    #expect((useless.explainedVariance, useless.calibrationError) == (0, 0))
    #expect(ValueFit([0.5, 0.5], [1, 1]).explainedVariance.isNaN)
  }
}
