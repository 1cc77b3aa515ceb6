internal import Foundation
public import TurnwiseCore

/// A problem of six turns whose true credit is known exactly: two turns decide, four are cosmetic.
///
/// There are three actions. At the second and the fifth turn one of them is good: the way stays open
/// with 0.95 after it, and with 0.2 after the others. What is closed stays closed. The other turns, and
/// those two as well, set a bit that matters to nothing: one action sets it, one clears it, one leaves
/// it. At the end 1 is paid with probability 0.9 if the way is open, and with 0.05 if not.
///
/// The policy takes the good action with probability ``chance``, and all cosmetic ones with 1/3.
public struct GatedProblem: Sendable {
  /// What the policy decides on.
  public struct State: Hashable, Sendable {
    /// The turn, from 0.
    public var turn: Int
    /// Whether the way is still open.
    public var isOpen: Bool
    /// What matters to nothing.
    public var bit: Bool

    /// Names a state; without arguments the start.
    public init(turn: Int = 0, isOpen: Bool = true, bit: Bool = false) {
      (self.turn, self.isOpen, self.bit) = (turn, isOpen, bit)
    }

    /// A number from 0, different for each state.
    public var index: Int { 4 * turn + (isOpen ? 2 : 0) + (bit ? 1 : 0) }
    fileprivate static func key(_ index: Int) -> StateKey? { try? StateKey(of: index) }
  }

  /// One turn of a sampled episode.
  public struct Step: Sendable {
    /// Where it was decided.
    public var state: State
    /// What was done.
    public var action: Int
    /// What was paid.
    public var reward: Double
  }

  /// How many turns an episode has.
  public static let horizon = 6
  /// How many actions there are; action 0 is the good one.
  public static let actions = 3
  /// The turns at which something is decided, from 0.
  public static let gates: Set<Int> = [1, 4]
  /// How many states there are, as indices count them.
  public static let states = 4 * horizon

  /// The probability of the good action where something is decided.
  public let chance: Double
  /// The value of each state by its index: the chance of being paid.
  public let values: [Double]
  private let stateKeys: [StateKey?]
  private let actionKeys: [StateKey?]

  /// Computes the values of a policy.
  public init(chance: Double = 0.31) {
    UnitInterval.check(chance, "chance")
    self.chance = chance
    var values = Array(repeating: 0.0, count: Self.states)
    for state in Self.allStates.reversed() {
      values[state.index] = (0..<Self.actions).reduce(0) { sum, action in
        sum + Self.probability(of: action, in: state, chance)
          * Self.actionValue(state, action, values)
      }
    }
    self.values = values
    stateKeys = (0..<Self.states).map(State.key)
    actionKeys = (0..<Self.actions).map { State.key(-1 - $0) }
  }

  /// The chance of being paid from the start.
  public var startValue: Double { values[State().index] }

  /// The probability that the policy takes an action.
  public func probability(of action: Int, in state: State) -> Double {
    Self.probability(of: action, in: state, chance)
  }

  /// The true advantage Q(s, a) − V(s).
  public func advantage(of action: Int, in state: State) -> Double {
    Self.actionValue(state, action, values) - values[state.index]
  }

  /// All states, in the order of their indices.
  public static let allStates = (0..<horizon).flatMap { turn in
    [false, true].flatMap { isOpen in
      [false, true].map { State(turn: turn, isOpen: isOpen, bit: $0) }
    }
  }

  /// The probability of passing through each state, by its index.
  public var visits: [Double] {
    var visits = Array(repeating: 0.0, count: Self.states)
    visits[State().index] = 1
    for state in Self.allStates where state.turn + 1 < Self.horizon {
      for action in 0..<Self.actions {
        let taken = visits[state.index] * probability(of: action, in: state)
        let open = state.isOpen ? Self.staysOpen(state, action) : 0
        visits[Self.next(state, action, isOpen: true).index] += taken * open
        visits[Self.next(state, action, isOpen: false).index] += taken * (1 - open)
      }
    }
    return visits
  }

  /// Plays to the end.
  public func play(from start: State = State(), using random: inout Randomness) -> [Step] {
    var steps: [Step] = []
    var state = start
    while state.turn < Self.horizon {
      let weights = (0..<Self.actions).map { probability(of: $0, in: state) }
      var rest = random.unit()
      let action = weights.firstIndex { weight in
        rest -= weight
        return rest < 0
      }
      let taken = action ?? Self.actions - 1
      var next = Self.next(state, taken, isOpen: false)
      if state.isOpen { next.isOpen = random.chance(Self.staysOpen(state, taken)) }
      let isLast = next.turn == Self.horizon
      let reward = isLast && random.chance(Self.payChance(next.isOpen)) ? 1.0 : 0
      steps.append(Step(state: state, action: taken, reward: reward))
      state = next
    }
    return steps
  }

  /// Steps as estimators read them: one token a turn.
  public func turns(_ steps: [Step]) -> [CreditTurn] {
    steps.map { step in
      CreditTurn(
        reward: step.state.turn + 1 == Self.horizon ? step.reward : nil,
        stateKey: stateKeys[step.state.index], actionKey: actionKeys[step.action],
        sampledTokens: 1)
    }
  }

  // MARK: - The rules

  private static func probability(of action: Int, in state: State, _ chance: Double) -> Double {
    guard gates.contains(state.turn) else { return 1 / Double(actions) }
    return action == 0 ? chance : (1 - chance) / Double(actions - 1)
  }

  private static func staysOpen(_ state: State, _ action: Int) -> Double {
    guard gates.contains(state.turn) else { return 1 }
    return action == 0 ? 0.95 : 0.2
  }

  private static func payChance(_ isOpen: Bool) -> Double { isOpen ? 0.9 : 0.05 }

  private static func next(_ state: State, _ action: Int, isOpen: Bool) -> State {
    State(turn: state.turn + 1, isOpen: isOpen, bit: action == 2 ? state.bit : action == 1)
  }

  private static func actionValue(_ state: State, _ action: Int, _ values: [Double]) -> Double {
    func value(isOpen: Bool) -> Double {
      let next = next(state, action, isOpen: isOpen)
      return next.turn == horizon ? payChance(isOpen) : values[next.index]
    }
    let open = state.isOpen ? staysOpen(state, action) : 0
    return open * value(isOpen: true) + (1 - open) * value(isOpen: false)
  }
}
