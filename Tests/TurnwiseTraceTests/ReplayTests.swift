import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseTestSupport
import TurnwiseTrace

@Suite struct `A replay` {
  private static let noise = ExpertNoise(habit: 0.6, slip: 0.2)

  @Test(arguments: ["expert", "noisy expert", "random", "null"])
  func `finds what was recorded`(name: String) async throws {
    let players: [String: Player] = [
      "expert": .expert(.none), "noisy expert": .expert(Self.noise),
      "random": .policy(RandomPolicy()),
      "null": .policy(NullPolicy()),
    ]
    let episodes = try await keyDoorEpisodes(try #require(players[name]), count: 20)
    for episode in episodes {
      // Through JSON, as a trace holds it.
      let read = try JSON.decode(Episode.self, from: JSON.encode(episode))
      #expect(await Replay.verify(read, in: KeyDoor()) == nil)
    }
  }

  /// A game of chance, so that forks lead elsewhere.
  struct Dice: Environment {
    static let id = "dice-v1"
    var turnLimit: Int { 6 }
    var tools: Toolbox<[UInt64]> { Toolbox { Roll() } }
    struct Roll: Tool {
      static let name = "roll"
      static let summary = "Rolls."
      struct Arguments: Decodable {}
      func call(_ arguments: Arguments, on state: inout [UInt64], using random: inout Randomness)
        -> ToolReply
      {
        state.append(random.next() % 1000)
        return ToolReply("\(Text("\(state)"))", reward: Double(state.last ?? 0))
      }
    }
    func scenario(in split: Split, using random: inout Randomness) -> UInt64 { random.next() }
    func start(_ scenario: UInt64, using random: inout Randomness) -> [UInt64] { [random.next()] }
    func judge(_ state: [UInt64]) -> Judgement {
      Judgement(success: (state.last ?? 0).isMultiple(of: 2))
    }
    func potential(_ state: [UInt64]) -> Double? { Double(state.count) / 10 }
  }

  /// Episodes with forks at these turns, one out of the other.
  @Test(arguments: [[], [0], [3], [6], [1, 4], [2, 2], [0, 0, 3, 5], [1, 6]])
  func `follows forks out of forks`(turns: [Int]) async throws {
    var session = try Session(Dice(), origin: EpisodeOrigin(seed: 8, split: .train, scenario: 0))
    var plain = session
    for turn in 0...6 {
      for (index, fork) in turns.enumerated() where fork == turn {
        session = session.forked("fork \(index)")
      }
      await session.play(.call("roll"))
      await plain.play(.call("roll"))
    }
    let episode = try session.episode()
    #expect(await Replay.verify(episode, in: Dice()) == nil)
    // A fork behind the last turn has nothing to change.
    let isOther = turns.contains { $0 < 6 }
    #expect((try plain.episode().turns != episode.turns) == isOther)
    if isOther {
      var orphan = episode
      (orphan.parent, orphan.ancestors) = (nil, nil)
      #expect(await Replay.verify(orphan, in: Dice())?.turn == turns.min())
    }
  }

  @Test func `brings back what a session was before each turn`() async throws {
    let sessions = try (0..<6).map {
      try Session(Dice(), origin: EpisodeOrigin(seed: 5, split: .train, scenario: $0))
        .forked("at the start")
    }
    let rollout = Rollout(.policy(RandomPolicy()), workers: 2)
    for history in await rollout.playKeepingHistory(sessions) {
      let episode = try JSON.decode(Episode.self, from: JSON.encode(history.session.episode()))
      let replayed = try await Replay.snapshots(of: episode, in: Dice())
      #expect(replayed.count == history.snapshots.count)
      for (turn, snapshot) in history.snapshots.enumerated() {
        let alone = try await Replay.session(of: episode, beforeTurn: turn, in: Dice())
        for found in [alone, replayed[turn]] {
          #expect(try found.episode() == snapshot.episode())
          #expect(found.situation.random == snapshot.situation.random)
          let forks = await rollout.play([found.forked("a"), snapshot.forked("a")])
          #expect(try forks[0].episode() == forks[1].episode())
        }
      }
    }
  }

  @Test func `does not bring back what has changed`() async throws {
    let episode = try #require(try await keyDoorEpisodes(.expert(.none), count: 1).first)
    var tampered = episode
    tampered.turns[2].stateKey = episode.turns[1].stateKey
    _ = try await Replay.session(of: tampered, beforeTurn: 1, in: KeyDoor())
    for turn in 2...4 {
      await #expect(throws: Replay.Divergence.self) {
        try await Replay.session(of: tampered, beforeTurn: turn, in: KeyDoor())
      }
    }
    await #expect(throws: Replay.Divergence.self) {
      try await Replay.snapshots(of: tampered, in: KeyDoor())
    }
    tampered = episode
    tampered.turns.append(episode.turns[0])
    await #expect(throws: Replay.Divergence.self) {
      try await Replay.session(of: tampered, beforeTurn: episode.turns.count, in: KeyDoor())
    }
  }

  @Test func `of other parameters or another environment diverges`() async throws {
    let episode = try #require(try await keyDoorEpisodes(.expert(.none), count: 1).first)
    var other = KeyDoor()
    other.horizon = 5
    #expect(await Replay.verify(episode, in: other)?.field == .stateKey)
    #expect(await Replay.verify(episode, in: Dice())?.field == .environment)
  }

  /// A change to a record, and what the replay must say of it.
  struct Tampering: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var field: Replay.Divergence.Field
    var turn: Int?
    var change: @Sendable (inout Episode) -> Void
  }

  private static let tamperings = [
    Tampering(testDescription: "an observation", field: .observation, turn: 2) {
      $0.turns[2].observation = "You are on a ship."
    },
    Tampering(testDescription: "a reply", field: .replies, turn: 1) {
      $0.turns[1].replies[0].text = "Stolen."
    },
    Tampering(testDescription: "a reply that ends the episode", field: .replies, turn: 0) {
      $0.turns[0].replies[0].endsEpisode = true
    },
    Tampering(testDescription: "a reward", field: .reward, turn: 3) { $0.turns[3].reward = 1 },
    Tampering(testDescription: "a zero for no reward", field: .reward, turn: 0) {
      $0.turns[0].reward = 0
    },
    Tampering(testDescription: "a state key", field: .stateKey, turn: 4) {
      $0.turns[4].stateKey = $0.turns[1].stateKey
    },
    Tampering(testDescription: "a potential", field: .potential, turn: 4) {
      $0.turns[4].potential = 0.99
    },
    Tampering(testDescription: "an action", field: .replies, turn: 0) {
      $0.turns[0].action = .call("rest")
    },
    Tampering(testDescription: "a late action", field: .replies, turn: 6) {
      $0.turns[6].action = .call("leave")
    },
    Tampering(testDescription: "two turns in another order", field: .replies, turn: 1) {
      $0.turns[1].action = $0.turns[2].action
    },
    Tampering(testDescription: "a turn after the end", field: .ending, turn: 7) {
      $0.turns.append($0.turns[0])
    },
    Tampering(testDescription: "a turn less", field: .ending, turn: nil) { $0.turns.removeLast() },
    Tampering(testDescription: "a judgement", field: .judgement, turn: nil) {
      $0.judgement?.success = false
    },
    Tampering(testDescription: "the judgement's reward", field: .judgement, turn: nil) {
      $0.judgement?.reward = 2
    },
    Tampering(testDescription: "the gold", field: .judgement, turn: nil) {
      $0.judgement?.gold = "red"
    },
    Tampering(testDescription: "the ending", field: .ending, turn: nil) {
      $0.ending = .truncated(.turnLimit)
    },
    Tampering(testDescription: "the last key", field: .finalKey, turn: nil) {
      $0.finalKey = $0.turns[0].stateKey
    },
    Tampering(testDescription: "the scenario", field: .scenario, turn: nil) { $0.scenario = [:] },
  ]

  @Test(arguments: tamperings) func `names the turn that was tampered with`(tampering: Tampering)
    async throws
  {
    var episode = try #require(try await keyDoorEpisodes(.expert(.none), count: 1).first)
    try #require(episode.turns.count == 7)
    #expect(await Replay.verify(episode, in: KeyDoor()) == nil)
    tampering.change(&episode)
    let divergence = try #require(await Replay.verify(episode, in: KeyDoor()))
    #expect(divergence.field == tampering.field, "\(divergence)")
    #expect(divergence.turn == tampering.turn, "\(divergence)")
    #expect(divergence.episode == episode.name)
    #expect("\(divergence)".contains(tampering.field.rawValue))
    if let turn = divergence.turn { #expect("\(divergence)".contains(" turn \(turn + 1): ")) }
  }

  @Test func `names the turn of every record that was tampered with`() async throws {
    for episode in try await keyDoorEpisodes(.policy(RandomPolicy()), count: 20) {
      for turn in episode.turns.indices {
        var tampered = episode
        tampered.turns[turn].observation = "Elsewhere."
        #expect(await Replay.verify(tampered, in: KeyDoor())?.turn == turn)
      }
    }
  }

  @Test func `leaves alone what ended an episode from outside`() async throws {
    var session = try Session(KeyDoor(), origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
    await session.play(.call("read"))
    var full = session
    await full.play(.success(.contextFull(TokenTape())))
    session.fail(Failure(.policy, code: "down", message: "No answer."))
    #expect(await Replay.verify(try session.episode(), in: KeyDoor()) == nil)
    #expect(await Replay.verify(try full.episode(), in: KeyDoor()) == nil)
  }

  @Test func `finds the committed example as it was recorded`() async throws {
    let layout = TraceLayout(repository("traces/examples/keydoor"))
    let run = try layout.readRun()
    #expect(run.host == [:])
    let game = try Parameters.setting(run.parameters, of: KeyDoor())
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    let records = try reader.readAll()
    #expect(records.count == 6)
    #expect(records.filter(\.episode.isSuccess).count == 3)
    for record in records { #expect(await Replay.verify(record.episode, in: game) == nil) }
  }
}
