import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `Repair tasks` {
  private func tasks(_ split: Split, count: Int, _ environment: Repair = Repair()) throws
    -> [RepairTask]
  {
    try (0..<count).map { index in
      var random = Randomness(seed: 3).stream(split.rawValue, index)
      return try environment.scenario(in: split, using: &random)
    }
  }

  private func bugs(_ bugs: Int) -> Repair {
    var environment = Repair()
    environment.bugs = bugs
    return environment
  }

  @Test func `come from at least twelve short programs of one to five files`() {
    #expect(Program.all.count >= 12 + Program.unseen.count && Program.unseen.count == 2)
    #expect(Set(Program.all.map(\.name)).count == Program.all.count)
    for program in Program.all {
      #expect(1...5 ~= program.files.count, "\(program.name)")
      #expect(program.visible.count >= 3 && program.hidden.count >= 8, "\(program.name)")
      #expect(Set(program.calls).count == program.calls.count, "\(program.name)")
      for file in program.files {
        #expect(file.lines.count <= 20, "\(file.path)")
        // Characters that JSON must escape are hard to copy.
        #expect(!file.lines.joined().contains { "\"\\\t".contains($0) }, "\(file.path)")
      }
    }
  }

  @Test func `have pairs of place and operator that never occur in the other split`() throws {
    func pairs(_ split: Split) throws -> Set<String> {
      let bugs = try tasks(split, count: 3000).map { ($0.program, $0.bugs[0]) }
      return Set(bugs.map { "\($0) \($1.path):\($1.line):\($1.column) \($1.operator.rawValue)" })
    }
    let (train, heldOut) = (try pairs(.train), try pairs(.heldOut))
    #expect(train.count > 300 && heldOut.count > 100)
    #expect(train.isDisjoint(with: heldOut))
  }

  @Test func `have programs that never occur in training as often as the parameter says`() throws {
    let train = Set(try tasks(.train, count: 1000).map(\.program))
    #expect(train == Set(Program.all.map(\.name)).subtracting(Program.unseen))
    let heldOut = try tasks(.heldOut, count: 1000)
    #expect(Set(heldOut.map(\.program)) == Set(Program.all.map(\.name)))
    #expect(60...140 ~= heldOut.count { Program.unseen.contains($0.program) })
    var known = Repair()
    known.unseenShare = 0
    #expect(
      try !tasks(.heldOut, count: 300, known).contains { Program.unseen.contains($0.program) })
    #expect(known.family(of: heldOut[0]).contains(heldOut[0].program))
  }

  @Test func `have bugs that no visible test detects only if asked to`() throws {
    func silent(_ environment: Repair) throws -> Int {
      try tasks(.train, count: 300, environment).count { task in
        try #require(Mutant.all[task.program]?.first { $0.bug == task.bugs[0] }).isSilent
      }
    }
    var silentToo = Repair()
    silentToo.silentBugs = true
    #expect(try silent(Repair()) == 0)
    #expect(try 15...60 ~= silent(silentToo))
  }

  @Test func `have as many bugs as the parameter says, on different lines`() throws {
    for count in 2...4 {
      for task in try tasks(.train, count: 100, bugs(count)) {
        #expect(Set(task.bugs.map { "\($0.path):\($0.line)" }).count == count)
      }
    }
  }

  @Test func `fail a hidden test at the start, and none after each line is corrected`()
    async throws
  {
    for environment in [bugs(1), bugs(2), bugs(3)] {
      let tasks =
        try tasks(.train, count: 30, environment) + tasks(.heldOut, count: 30, environment)
      var (broken, repaired): ([CallRunner.Job], [CallRunner.Job]) = ([], [])
      for task in tasks {
        let program = try #require(Program.named(task.program))
        var job = program.job
        repaired.append(job)
        for file in program.files {
          var lines = file.lines
          for bug in task.bugs where bug.path == file.path {
            #expect(lines[bug.line - 1] == bug.before && bug.before != bug.after)
            lines[bug.line - 1] = bug.after
          }
          job.files[file.path] = Text(lines.map { $0 + "\n" }.joined())
        }
        broken.append(job)
      }
      let (wrong, right) = (
        try await CallRunner.shared.outcomes(of: broken),
        try await CallRunner.shared.outcomes(of: repaired)
      )
      for (index, task) in tasks.enumerated() {
        let program = try #require(Program.named(task.program))
        let passing = TestJudge.passing(of: program, wrong[index])
        #expect(passing.dropFirst(program.visible.count).contains(false), "\(task)")
        #expect(!TestJudge.passing(of: program, right[index]).contains(false), "\(task)")
      }
    }
  }

  @Test func `refuse parameters out of range`() {
    for (name, value) in [
      ("bugs", "0"), ("bugs", "9"), ("programs", "nonsense"), ("unseenShare", "2"),
      ("window", "21"),
      ("turnLimit", "0"),
    ] {
      #expect(throws: Parameters.Problem.self, "\(name)=\(value)") {
        try Parameters.setting([(name, value)], of: Repair())
      }
    }
  }

  @Test func `from another version are refused with a reason`() throws {
    var random = Randomness(seed: 1)
    var task = try Repair().scenario(in: .train, using: &random)
    task.bugs[0].before += " "
    #expect {
      try Repair().start(task, using: &random)
    } throws: {
      ($0 as? Failure)?.code == "other-program"
    }
  }
}

@Suite struct `Mutation operators` {
  private let program = Program(
    "sample",
    files: [
      .init(
        "sample.py",
        """
        def pick(xs, n=1):
            if not xs:
                return None
            total = 0
            for x in xs[:n]:
                if x <= n and x != total:
                    total += max(x, n) * 2
            return total
        """)
    ], visible: "sample.pick([1]) == 2", hidden: "sample.pick([]) == None")

  @Test func `change a line as their names say`() {
    var changes: [MutationOperator: [String]] = [:]
    for bug in Mutant.bugs(in: program) {
      changes[bug.operator, default: []].append(bug.after.drop { $0 == " " }.description)
      #expect(bug.path == "sample.py" && bug.before != bug.after)
    }
    #expect(changes[.arithmetic] == ["total += max(x, n) + 2"])
    #expect(changes[.assignment] == ["total -= max(x, n) * 2", "total = max(x, n) * 2"])
    #expect(changes[.boundary] == ["if x < n and x != total:"])
    #expect(changes[.direction] == ["if x >= n and x != total:"])
    #expect(changes[.negation] == ["if xs:", "if x <= n and x == total:"])
    #expect(changes[.connective] == ["if x <= n or x != total:"])
    #expect(
      changes[.increment] == ["def pick(xs, n=2):", "total = 1", "total += max(x, n) * 3"])
    #expect(changes[.decrement]?.contains("total = -1") == true)
    #expect(changes[.missingReturn] == ["None", "total"])
    #expect(changes[.droppedGuard] == ["pass", "pass"])
    #expect(changes[.wrongDefault] == ["def pick(xs, n=None):"])
    #expect(changes[.swappedArguments] == ["total += max(n, x) * 2"])
    #expect(changes[.wrongCall] == ["total += min(x, n) * 2"])
    #expect(changes[.wrongSlice] == ["for x in xs[n:]:"])
    #expect(changes[.wrongVariable]?.contains("return n") == true)
    #expect(changes[.wrongKey] == nil)
  }
}
