internal import Foundation
public import TurnwiseCore

/// A problem of six turns whose true credit is known exactly: two turns decide, four do not matter.
///
/// There are three actions. At the second and the fifth turn one of them is good: a gate stays open with
/// probability 0.95 after it, and with 0.2 after the others. A gate that is closed stays closed. Each turn
/// also changes a bit that does not matter: one action sets it, one clears it, one leaves it unchanged. At
/// the end a reward of 1 is paid with probability 0.9 if the gate is open, and with 0.05 if it is not.
///
/// At the two turns that decide, the policy takes the good action with probability ``chance``; at the
/// others it takes each action with 1/3.
public struct GatedProblem: Sendable {
  /// The state before a turn.
  public struct State: Hashable, Sendable {
    /// The turn, from 0.
    public var turn: Int
    /// Whether the gate is still open.
    public var isOpen: Bool
    /// The bit that does not matter.
    public var bit: Bool

    /// Creates a state; without arguments the start.
    public init(turn: Int = 0, isOpen: Bool = true, bit: Bool = false) {
      (self.turn, self.isOpen, self.bit) = (turn, isOpen, bit)
    }

    /// The number of the state, from 0.
    public var index: Int { 4 * turn + (isOpen ? 2 : 0) + (bit ? 1 : 0) }
    fileprivate static func key(_ index: Int) -> StateKey? { try? StateKey(of: index) }
  }

  /// One turn of a sampled episode.
  public struct Step: Sendable {
    /// The state before the turn.
    public var state: State
    /// The action.
    public var action: Int
    /// The reward.
    public var reward: Double
  }

  /// The number of turns of an episode.
  public static let horizon = 6
  /// The number of actions; action 0 is the good one.
  public static let actions = 3
  /// The turns that decide, counted from 0.
  public static let gates: Set<Int> = [1, 4]
  /// The number of states.
  public static let states = 4 * horizon

  /// The probability of the good action at the turns that decide.
  public let chance: Double
  /// The value of each state by its index: the probability of being paid.
  public let values: [Double]
  private let stateKeys: [StateKey?]
  private let actionKeys: [StateKey?]

  /// Creates the problem and computes the values of the policy.
  public init(chance: Double = 0.31) {
    require(
      UnitInterval.allows(chance), "chance must be \(UnitInterval.requirement), but is \(chance).")
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

  /// The probability of being paid from the start.
  public var startValue: Double { values[State().index] }

  /// Returns the probability that the policy takes an action.
  public func probability(of action: Int, in state: State) -> Double {
    Self.probability(of: action, in: state, chance)
  }

  /// Returns the true advantage Q(s, a) − V(s).
  public func advantage(of action: Int, in state: State) -> Double {
    Self.actionValue(state, action, values) - values[state.index]
  }

  /// All states, in the order of their indices.
  public static let allStates = (0..<horizon).flatMap { turn in
    [false, true].flatMap { isOpen in
      [false, true].map { State(turn: turn, isOpen: isOpen, bit: $0) }
    }
  }

  /// The probability of visiting each state, by its index.
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

  /// Plays an episode to its end.
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

  /// Returns the turns as estimators read them, with one token each.
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
