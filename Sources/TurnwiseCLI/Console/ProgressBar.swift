internal import Foundation
internal import Synchronization

/// Shows the progress of a long step: one redrawn line on a terminal, plain lines elsewhere.
final class ProgressBar: Sendable {
  private struct State {
    var done = 0
    var detail = ""
    var lastDrawn = -Double.infinity
    var lastTenth = 0
    var isFinished = false
  }

  private let console: Console
  private let title: String
  private let unit: String
  private let total: Int
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(_ title: String, total: Int, unit: String, console: Console, isShown: Bool = true) {
    self.isShown = isShown
    self.console = console
    self.title = title
    self.unit = unit
    self.total = max(1, total)
    if isShown, !console.isAnimated { console.note("\(title): \(total) \(unit)") }
  }

  private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Adds to the amount of finished work.
  func advance(by count: Int = 1, detail: String? = nil) {
    guard isShown else { return }
    let text: String? = state.withLock { state in
      state.done += count
      if let detail { state.detail = detail }
      return console.isAnimated ? frame(&state) : line(&state)
    }
    guard let text else { return }
    if console.isAnimated { console.draw(text) } else { console.note(text) }
  }

  /// Removes the line of a step that was not finished; does nothing if it was.
  func clear() {
    let wasFinished = state.withLock { state in
      defer { state.isFinished = true }
      return state.isFinished
    }
    if !wasFinished, console.isAnimated { console.draw("\r\u{1B}[K") }
  }

  /// Replaces the line by a summary.
  func finish(_ summary: String? = nil) {
    let isFirst = state.withLock { state in
      defer { state.isFinished = true }
      return !state.isFinished
    }
    guard isFirst else { return }
    if console.isAnimated { console.draw("\r\u{1B}[K") }
    console.note("\(title): \(summary ?? "done") in \(Self.clock(elapsed))")
  }

  /// Returns the next frame of the animation; at most ten per second.
  private func frame(_ state: inout State) -> String? {
    let now = elapsed
    guard !state.isFinished, now - state.lastDrawn >= 0.1 || state.done >= total else { return nil }
    state.lastDrawn = now
    let fraction = min(1, Double(state.done) / Double(total))
    let cells = Int((fraction * 20).rounded(.down))
    let bar = String(repeating: "█", count: cells) + String(repeating: "·", count: 20 - cells)
    let text = "\(title)  \(bar)  \(numbers(state, now))"
    return "\r\u{1B}[K" + text.prefix(max(20, console.width - 1))
  }

  /// Returns a line of plain progress: after each tenth of the work, at least two seconds after the last line;
  /// otherwise after ten seconds.
  private func line(_ state: inout State) -> String? {
    let now = elapsed
    let tenth = state.done * 10 / total
    guard !state.isFinished, tenth > state.lastTenth, now - state.lastDrawn >= 2 else {
      if now - state.lastDrawn >= 10, state.lastDrawn > 0 {
        state.lastDrawn = now
        return "\(title): \(numbers(state, now))"
      }
      if state.lastDrawn < 0 { state.lastDrawn = 0 }
      return nil
    }
    state.lastTenth = tenth
    state.lastDrawn = now
    return "\(title): \(numbers(state, now))"
  }

  private func numbers(_ state: State, _ now: Double) -> String {
    var text = "\(state.done)/\(total) \(unit)"
    if !state.detail.isEmpty { text += "  \(state.detail)" }
    // The rate of the first seconds is not reliable.
    if now >= 2, state.done > 0 {
      let rate = Double(state.done) / now
      text +=
        "  \(Self.short(rate)) \(unit)/s  \(Self.clock(Double(total - state.done) / rate)) left"
    }
    return text
  }

  static func clock(_ seconds: Double) -> String {
    if seconds < 10 { return String(format: "%.1f s", max(0, seconds)) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    let minutes = whole / 60
    return minutes < 60
      ? String(format: "%d:%02d min", minutes, whole % 60)
      : String(format: "%d:%02d h", minutes / 60, minutes % 60)
  }

  static func short(_ number: Double) -> String {
    number < 10 ? String(format: "%.1f", number) : String(Int(number.rounded()))
  }
}
