import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

@Suite struct `The scaling of credit` {
  private let credit = [[1.0, 2], [6], [0, 0]]
  /// The last sequence is of a group that is solved.
  private let learns = [true, true, false]

  private func applied(_ scaling: CreditScaling) throws -> (credit: [[Double]], divisor: Double) {
    var scale = CreditScale()
    return try #require(scaling.applied(to: credit, where: learns, &scale))
  }

  @Test func `leaves credit as it is, or divides it by its root mean square`() throws {
    let none = try applied(.none)
    #expect(none.credit == credit && none.divisor == 1)
    let rms = try applied(.rms)
    let size = ((1.0 + 4 + 36) / 5).squareRoot()
    #expect(rms.divisor == size && rms.credit[1] == [6 * (1 / size)])
  }

  @Test func `subtracts the mean of what is learned from, and nothing elsewhere`() throws {
    let centered = try applied(.centered)
    #expect(centered.credit == [[-2, -1], [3], [0, 0]] && centered.divisor == 1)
    let whitened = try applied(.whitened)
    let size = ((4.0 + 1 + 9) / 5).squareRoot()
    #expect(abs(whitened.divisor - size) < 1e-15)
    #expect(abs(whitened.credit.joined().reduce(0, +)) < 1e-12)
  }

  @Test func `finds nothing to learn where all credit is the same`() {
    var scale = CreditScale()
    let equal = [[2.0, 2], [2]]
    #expect(CreditScaling.centered.applied(to: equal, where: [true, true], &scale) == nil)
    #expect(CreditScaling.rms.applied(to: [[0], [0]], where: [true, true], &scale) == nil)
  }

  @Test(arguments: CreditScaling.allCases)
  func `changes what is learned`(scaling: CreditScaling) async throws {
    func trained(_ scaling: CreditScaling) async throws -> TrainerState {
      let configuration = Tiny.configuration {
        ($0.credit, $0.budget.updates, $0.loss.creditScaling) = ("token", 1, scaling)
      }
      var trainer = try Trainer(
        Lottery(), from: try await Tiny.warmStart(configuration), configuration, workers: 2)
      let update = try #require(try await trainer.step())
      if !scaling.scales, let scale = update.metrics["credit/scale"] { #expect(scale == 1) }
      return trainer.state
    }
    let (plain, scaled) = (try await trained(.rms), try await trained(scaling))
    let isSame = plain.policy.model == scaled.policy.model
    #expect(isSame == (scaling == .rms))
  }
}
