import Foundation
import Testing
import TurnwiseTraining

@Suite struct `The clipped objective` {
  private let objective = ClippedObjective(low: 0.2, high: 0.28)

  @Test(arguments: [
    // log ratio, advantage, loss, derivative by the log-probability, clipped
    (0.0, 1.0, -1.0, -1.0, false), (0.0, -2.0, 2.0, 2.0, false),
    // The gradient stops for a good token above 1 + high, and for a bad one below 1 - low.
    (0.5, 1.0, -1.28, 0.0, true), (-0.5, -1.0, 0.8, 0.0, true),
    // On the other side the gradient stays.
    (-0.5, 1.0, -0.6065306597, -0.6065306597, false),
    (0.5, -1.0, 1.6487212707, 1.6487212707, false),
    // The dual clip limits the loss of a bad token that has become three times as likely.
    (log(4), -1.0, 3.0, 0.0, true),
  ])
  func `has the loss and derivative of PPO`(
    logRatio: Double, advantage: Double, loss: Double, derivative: Double, isClipped: Bool
  ) {
    let term = objective(logRatio: logRatio, advantage: advantage)
    #expect(abs(term.loss - loss) < 1e-9)
    #expect(abs(term.derivative - derivative) < 1e-9)
    #expect(term.isClipped == isClipped)
  }

  @Test func `has the surrogates of the worked example`() {
    let objective = ClippedObjective(low: 0.1, high: 0.1)
    func surrogates(_ advantage: Double) -> [Double] {
      Worked.logRatios.map { -objective(logRatio: $0, advantage: advantage).loss }
    }
    #expect(agree(surrogates(0.5), [0.55, 0.475615, 0.55, 0.5, 0.452419, 0.55]))
    #expect(
      agree(surrogates(-0.5), [-0.552585, -0.475615, -0.610701, -0.5, -0.452419, -0.580917]))
  }

  @Test func `of CISPO multiplies the gradient by the clipped ratio`() {
    let objective = ClippedObjective(.cispo, low: 0.1, high: 0.1)
    let coefficients = Worked.logRatios.map { -objective(logRatio: $0, advantage: 1).derivative }
    #expect(agree(coefficients, [1.1, 0.951229, 1.1, 1, 0.904837, 1.1]))
  }

  @Test func `of CISPO takes no token its gradient`() {
    let objective = ClippedObjective(.cispo, low: 0.2, high: 0.28)
    for logRatio in stride(from: -30.0, through: 30, by: 0.5) {
      for advantage in [-2.0, 2] {
        let term = objective(logRatio: logRatio, advantage: advantage)
        #expect(term.derivative / -advantage >= 0.8)
        #expect(term.derivative / -advantage <= 1.28)
      }
    }
  }

  @Test func `without a dual clip lets the loss of a bad token grow`() {
    let objective = ClippedObjective(low: 0.2, high: 0.28, dual: 0)
    #expect(abs(objective(logRatio: log(4), advantage: -1).loss - 4) < 1e-9)
  }

  @Test func `stays finite whatever the ratio`() {
    for form in ClipForm.allCases {
      let objective = ClippedObjective(form, low: 0.2, high: 0.28, dual: 0)
      for logRatio in [-1e6, 1e6] {
        for advantage in [-1.0, 1] {
          let term = objective(logRatio: logRatio, advantage: advantage)
          #expect(term.loss.isFinite && term.derivative.isFinite)
        }
      }
    }
  }

  @Test(arguments: ClipForm.allCases)
  func `agrees with finite differences`(form: ClipForm) {
    let objective = ClippedObjective(form, low: 0.2, high: 0.28)
    let step = 1e-5
    for advantage in [-1.5, 0.7] {
      for logRatio in [-0.9, -0.4, -0.1, 0, 0.15, 0.4, 1.0, 1.3] {
        let term = objective(logRatio: logRatio, advantage: advantage)
        // The ratio at the bound stays constant while the token's own log-probability changes.
        func loss(_ move: Double) -> Double {
          switch form {
          case .ppo: objective(logRatio: logRatio + move, advantage: advantage).loss
          case .cispo: term.loss * exp(move)
          }
        }
        let slope = (loss(step) - loss(-step)) / (2 * step)
        #expect(abs(term.derivative - slope) < 1e-8, "\(logRatio) \(advantage)")
      }
    }
  }

  @Test(arguments: ClipForm.allCases, RatioLevel.allCases)
  func `at ratio 1 is the plain policy gradient`(form: ClipForm, level: RatioLevel) {
    let objective = ClippedObjective(form, low: 0, high: 0, dual: 0)
    let ratios = level.logRatios(Worked.places.map { _ in 0 }, at: Worked.places)
    for (token, ratio) in ratios.enumerated() {
      let advantage = sin(Double(token))
      #expect(objective(logRatio: ratio, advantage: advantage).derivative == -advantage)
    }
  }
}
