/// Who plays an episode.
public enum Player: Sendable {
  /// A policy.
  case policy(any Policy)
  /// The environment's scripted expert.
  case expert(ExpertNoise)

  /// The player as episodes record it.
  public var record: PolicyRecord {
    switch self {
    case .policy(let policy): policy.record
    case .expert(let noise): PolicyRecord(name: noise.spelling)
    }
  }
}

extension ExpertNoise {
  /// The expert's name with its noise: `expert`, `expert:habit=0.3`.
  public var spelling: String {
    let settings = [("habit", habit), ("slip", slip)].filter { $1 != 0 }
    return "expert"
      + (settings.isEmpty ? "" : ":" + settings.map { "\($0)=\($1)" }.joined(separator: ","))
  }
}
