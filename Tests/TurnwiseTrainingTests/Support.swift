import Foundation
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseTraining

/// A folder that is removed with the value.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "turnwise-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// A game and options that train in seconds.
enum Tiny {
  static let game: KeyDoor = {
    var game = KeyDoor()
    game.horizon = 1
    return game
  }()

  static func configuration(_ change: (inout RunConfiguration) -> Void = { _ in }) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.demonstrations = 60
    configuration.cloningSteps = 20
    configuration.cloningBatch = 4
    configuration.copyPractice = 2
    configuration.width = 32
    configuration.feedForward = 48
    configuration.layers = 1
    configuration.vocabulary = 300
    configuration.context = 400
    configuration.actionTokens = 12
    configuration.groups = 3
    configuration.groupSize = 4
    configuration.updates = 2
    configuration.criticEpisodes = 4
    configuration.evaluationEpisodes = 4
    change(&configuration)
    return configuration
  }

  static func warmStart(_ configuration: RunConfiguration) async throws -> WarmStart {
    let episodes = try await WarmStart.demonstrations(in: game, configuration, workers: 2)
    return try WarmStart(cloning: episodes, configuration, workers: 2)
  }
}
