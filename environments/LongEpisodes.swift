/// How environments with long episodes are trained unless the user says otherwise.
enum LongEpisodes {
  /// Small updates and evaluations, because an episode has many turns, a budget that takes minutes, and a critic
  /// that starts on demonstrations.
  static let trainingFlags = [
    "groups": "1", "group-size": "4", "updates": "1000", "turns": "1500",
    "evaluation-turns": "300", "evaluation-episodes": "10",
    "critic-demonstrations": "64", "critic-episodes": "8",
  ]
}
