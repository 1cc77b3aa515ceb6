import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `An estimator catalog` {
  let catalog = EstimatorCatalog.standard

  @Test func `shows one estimator of each family, and those of the user`() {
    #expect(catalog.shown() == ["rloo", "turn", "token", "process"])
    #expect(
      catalog.shown(hasSubtasks: true) == ["rloo", "turn", "subtask", "token", "process"])
    #expect(catalog.adding([LastTurn()]).shown() == ["rloo", "turn", "token", "process", "last"])
    #expect(EstimatorCatalog([GRPO(), TurnReturnToGo(), LastTurn()]).shown() == ["turn", "last"])
  }

  @Test(arguments: [
    ("turn", "turn"), ("turn:gamma=0.95", "turn:gamma=0.95"), ("turn:gamma=1", "turn"),
    ("turn:gamma=1.0", "turn"),
    ("token:lambda=.9,gamma=0.99", "token:gamma=0.99,lambda=0.9"),
    ("token:bootstrap=false", "token:bootstrap=false"),
    ("process", "process"), ("process=potential+turn", "process"),
    ("process=delta", "process=delta+turn"),
    ("process=delta:alpha=2+turn-gae:lambda=0.5", "process=delta:alpha=2+turn-gae:lambda=0.5"),
    ("process=potential:of=model+turn:gamma=1", "process=potential:of=model+turn"),
    ("process=delta:alpha=1e+0+rloo", "process=delta+rloo"),
  ])
  func `reads a name and returns its canonical spelling`(text: String, canonical: String) throws {
    #expect(try catalog.spelling(of: catalog.estimator(text)) == canonical)
  }

  @Test func `sets options`() throws {
    let token = try #require(
      try catalog.estimator("token:gamma=0.99,criticLambda=0.5") as? TokenGAE)
    #expect(token == TokenGAE { ($0.gamma, $0.criticLambda) = (0.99, 0.5) })
    #expect(
      try catalog.options(of: token).map(\.name) == [
        "adaptive", "bootstrap", "criticLambda", "gamma", "lambda", "lambdaPer",
      ])
  }

  @Test func `reads a list`() throws {
    let list = "rloo,token:gamma=0.99,lambda=0.9,turn,turn:gamma=0.5"
    let spelled = try catalog.estimators(list).map(catalog.spelling)
    #expect(spelled == ["rloo", "token:gamma=0.99,lambda=0.9", "turn", "turn:gamma=0.5"])
    let mixed =
      "process=min:temperature=0.2+pure,process=implicit:beta=0.1,level=token+prime:whiten=false,fork:k=2"
    #expect(
      try catalog.estimators(mixed).map(catalog.spelling) == [
        "process=min:temperature=0.2+pure",
        "process=implicit:beta=0.1,level=token+prime:whiten=false", "fork:k=2",
      ])
  }

  @Test(arguments: [
    ("trun", "no credit estimator named 'trun'; did you mean 'turn'? there is rloo, grpo, "),
    ("reinforce", "no credit estimator named 'reinforce'; there is rloo, grpo, "),
    ("", "no credit estimator named ''; there is rloo, grpo, "),
    ("process=delt", "no reward shaper named 'delt'; did you mean 'delta'? there is potential, "),
    (
      "process=delta+trun", "no credit estimator named 'trun'; did you mean 'turn'? there is rloo, "
    ),
    ("process=", "no reward shaper named ''; there is potential, "),
    ("process:gamma=1", "no credit estimator named 'process'"),
    ("turn:gama=1", "'turn' has no option 'gama'; did you mean 'gamma'? there is gamma"),
    ("rloo:gamma=1", "'rloo' has no option 'gamma'; there is none"),
    ("turn:gamma=high", "'turn': gamma=high: expected a number"),
    ("turn:gamma", "'gamma' is not of the form name=value"),
    ("turn:", "'' is not of the form name=value"),
    ("gamma=1", "'gamma=1' is not of the form name=value"),
    ("turn,turn:gamma=1", "'turn' is given twice"),
    ("turn:gamma=1,gamma=0.5", "'gamma' is given twice"),
  ])
  func `says what is wrong with a name`(text: String, message: String) {
    let error = #expect(throws: EstimatorNameError.self) { try catalog.estimators(text) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func `refuses an option out of range`() throws {
    let error = #expect(throws: EstimatorNameError.self) { try catalog.estimator("turn:gamma=1.5") }
    #expect(error?.description == "'turn': gamma=1.5: expected a number from 0 to 1")
    #expect(throws: EstimatorNameError.notOne("rloo,turn")) { try catalog.estimator("rloo,turn") }
  }

  @Test(arguments: [
    "grpo:ddof=2", "whitened:gamma=-0.1", "mt-grpo-biased:gamma=2", "gigpo:kappa=-1",
    "gigpo:weight=-1", "hgpo:depth=65", "hgpo:alpha=-1", "turn-gae:lambda=1.1",
    "group-gae:lambda=-1", "token:adaptive=-1", "bi-level:turnGamma=2", "vetta:alpha=-1",
    "fork:k=0", "fork:at=word", "fork:share=2", "tree:k=-1", "otb:gamma=3", "istar:alpha=-1",
    "immediate:outcome=-1", "process=potential:of=me", "process=delta:alpha=-1",
    "group-gae:standardize=all", "factor:values=guess", "entropy:k=-1", "entropy:each=token",
    "progress:beta=-1", "progress:outcome=-1", "process=smear:gamma=2", "process=smear:alpha=-1",
    "process=smear:of=me",
    "process=brevity:alpha=-1", "process=brevity:success=0",
    "process=min:temperature=0", "process=implicit:level=word", "process=implicit:beta=-1",
  ])
  func `refuses options out of range`(spelling: String) throws {
    let error = #expect(throws: EstimatorNameError.self) { try catalog.estimator(spelling) }
    guard case .badOption = error else {
      Issue.record("\(spelling): \(error.map(String.init(describing:)) ?? "accepted")")
      return
    }
  }

  @Test func `refuses two estimators with the same name`() async {
    await #expect(processExitsWith: .failure) { _ = EstimatorCatalog([RLOO(), RLOO()]) }
  }

  @Test(arguments: [
    ("turn", "trun", 1), ("gamma", "gama", 1), ("abc", "", 3), ("kitten", "sitting", 3),
  ])
  func `computes the distance of names`(first: String, second: String, distance: Int) {
    #expect(NearestName.distance(first, second) == distance)
  }
}
