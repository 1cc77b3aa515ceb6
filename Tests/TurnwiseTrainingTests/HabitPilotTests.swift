import Foundation
import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseTraining

/// A button whose expert makes no mistakes, whatever its habit.
private struct Button: Environment {
  static let id = "button-v1"
  var tools: Toolbox<Bool> { Toolbox { Press() } }
  func scenario(in split: Split, using random: inout Randomness) -> String { split.rawValue }
  func start(_ scenario: String, using random: inout Randomness) -> Bool { false }
  func judge(_ state: Bool) -> Judgement { Judgement(success: state) }
  func expert(
    _ state: Bool, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? { .call("press") }
  struct Press: Tool {
    static let name = "press", summary = "Presses."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout Bool, using random: inout Randomness)
      -> ToolReply
    {
      state = true
      return ToolReply("Click.", endsEpisode: true)
    }
  }
}

@Suite struct `A pilot of the habit` {
  private let configuration = Tiny.configuration { $0.imitation.slip = 0 }

  @Test func `chooses the level whose success is nearest the target`() async throws {
    let pilot = try await HabitPilot(in: Switchboard(), configuration, workers: 2)
    #expect(pilot.levels.map(\.habit) == HabitPilot.habits)
    let gaps = pilot.levels.map { abs($0.success - HabitPilot.target) }
    #expect(abs(pilot.chosen.success - HabitPilot.target) == gaps.min())
    // An expert that guesses one switch of six with a habit of h succeeds in 1 - 5/6 h of the
    // episodes.
    #expect(0.5...0.65 ~= pilot.chosen.habit)
    #expect(pilot.best.habit == 0 && pilot.best.success == 1)
    #expect(!pilot.isWithoutHabit)
  }

  @Test func `lets an expert be who has no habit`() async throws {
    let pilot = try await HabitPilot(in: Button(), configuration, workers: 2)
    #expect(pilot.isWithoutHabit)
    #expect(pilot.chosen.habit == 0 && pilot.chosen.success == 1)
  }

  @Test func `chooses the same for all seeds and workers`() async throws {
    var other = configuration
    other.seed = HexSeed(9)
    let one = try await HabitPilot(in: Tiny.game, configuration, workers: 1)
    let same = try await HabitPilot(in: Tiny.game, other, workers: 3)
    #expect(one == same)
    let episodes = try await WarmStart.demonstrations(in: Tiny.game, configuration, workers: 2)
    var fixed = configuration
    fixed.imitation.habit = .share(one.chosen.habit)
    #expect(try await WarmStart.demonstrations(in: Tiny.game, fixed, workers: 2) == episodes)
  }

  @Test(arguments: [("auto", HabitChoice.auto), ("0.25", 0.25), ("1", 1)])
  func `is asked for by a word, and not by a number`(text: String, choice: HabitChoice) throws {
    let set = try Parameters.setting([("imitation.habit", text)], of: RunConfiguration())
    #expect(set.imitation.habit == choice)
    #expect(try JSON.decode(RunConfiguration.self, from: JSON.encode(set)) == set)
  }

  @Test func `says what a habit can be`() throws {
    let often = #expect(throws: Parameters.Problem.self) {
      try Parameters.setting([("imitation.habit", "often")], of: RunConfiguration())
    }
    #expect(
      often?.description == "imitation.habit=often: expected auto or a number from 0 to 1")
    #expect(throws: Parameters.Problem.self) {
      try Parameters.setting([("imitation.habit", "1.5")], of: RunConfiguration())
    }
  }
}
