import Foundation
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseTestSupport
import TurnwiseTrace

extension RunRecord {
  static let sample = RunRecord(
    command: "run", turnwise: "0.1.0", environment: KeyDoor.id, parameters: ["horizon": 4],
    configuration: ["seed": "01"], host: ["workers": 2])
}

/// Plays the key and door game: the members of some groups.
func keyDoorEpisodes(_ player: Player, count: Int = 8, workers: Int = 2) async throws -> [Episode] {
  let sessions = try (0..<count).map {
    try Session(
      KeyDoor(), origin: EpisodeOrigin(seed: 5, split: .train, scenario: $0 / 2, member: $0 % 2))
  }
  return try await Rollout(player, workers: workers).play(sessions).map {
    try $0.episode(includingState: true)
  }
}

extension TraceWriter {
  /// Writes a run of episodes into a new folder.
  static func write(
    _ records: [EpisodeRecord], in folder: TemporaryFolder, run: RunRecord = .sample
  ) throws -> TraceLayout {
    let writer = try TraceWriter(folder.url, run: run, replacing: true)
    for record in records { try writer.append(record) }
    return writer.layout
  }
}

/// What a reader found in a file.
struct Reading {
  var records: [EpisodeRecord] = []
  var cut: TraceError?
  var error: TraceError?

  init(_ file: URL) throws {
    var reader = try RecordReader<EpisodeRecord>(file)
    while let record = reader.next() { records.append(record) }
    (cut, error) = (reader.cut, reader.error)
  }
}
