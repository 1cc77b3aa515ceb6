import Foundation

/// Plain loops in double precision: what the kernels are to compute.
enum Reference {
  /// x (rows × inputs) times the transposed weight (outputs × inputs).
  static func linear(_ x: [Double], _ weight: [Double], inputs: Int) -> [Double] {
    let rows = x.count / inputs
    let outputs = weight.count / inputs
    return (0..<rows).flatMap { row in
      (0..<outputs).map { output in
        (0..<inputs).reduce(0) { $0 + x[row * inputs + $1] * weight[output * inputs + $1] }
      }
    }
  }

  static func norm(_ x: [Double], _ weight: [Double], epsilon: Double) -> [Double] {
    let width = weight.count
    return x.indices.map { index in
      let row = index / width * width
      let square = x[row..<(row + width)].reduce(0) { $0 + $1 * $1 } / Double(width)
      return x[index] / (square + epsilon).squareRoot() * weight[index - row]
    }
  }

  /// x holds rows of gates, then values.
  static func swiGLU(_ x: [Double], width: Int) -> [Double] {
    (0..<(x.count / 2)).map { index in
      let gate = x[index / width * 2 * width + index % width]
      return gate / (1 + exp(-gate)) * x[index / width * 2 * width + width + index % width]
    }
  }

  /// One row of heads at a position.
  static func rotary(_ x: [Double], headWidth: Int, position: Int, base: Double) -> [Double] {
    let half = headWidth / 2
    return x.indices.map { index in
      let element = index % headWidth
      let angle = Double(position) * pow(base, -2 * Double(element % half) / Double(headWidth))
      return element < half
        ? x[index] * cos(angle) - x[index + half] * sin(angle)
        : x[index] * cos(angle) + x[index - half] * sin(angle)
    }
  }

  static func tokenShift(_ x: [Double], _ a: [Double], _ b: [Double]) -> [Double] {
    x.indices.map { index in
      let channel = index % a.count
      return x[index] * a[channel] + (index < a.count ? 0 : x[index - a.count] * b[channel])
    }
  }

  /// q is length × heads · width, k and v are length × keyValueHeads · width.
  static func attention(
    _ q: [Double], _ k: [Double], _ v: [Double], length: Int, heads: Int, keyValueHeads: Int,
    width: Int
  ) -> [Double] {
    var output = [Double](repeating: 0, count: q.count)
    for head in 0..<heads {
      let shared = head / (heads / keyValueHeads)
      for row in 0..<length {
        let query = (row * heads + head) * width
        let scores = (0...row).map { other in
          exp(
            (0..<width).reduce(0) {
              $0 + q[query + $1] * k[(other * keyValueHeads + shared) * width + $1]
            } / Double(width).squareRoot())
        }
        let total = scores.reduce(0, +)
        for (other, score) in scores.enumerated() {
          for i in 0..<width {
            output[query + i] +=
              score / total * v[(other * keyValueHeads + shared) * width + i]
          }
        }
      }
    }
    return output
  }

  /// The log-probability of the target, the entropy and the sum of squared probabilities of each row.
  static func statistics(_ logits: [Double], targets: [Int32]) -> (
    logProbabilities: [Double], entropies: [Double], squares: [Double]
  ) {
    let vocabulary = logits.count / targets.count
    var result: (logProbabilities: [Double], entropies: [Double], squares: [Double]) = ([], [], [])
    for (row, target) in targets.enumerated() {
      let logits = logits[(row * vocabulary)..<((row + 1) * vocabulary)]
      let partition = log(logits.reduce(0) { $0 + exp($1) })
      let logs = logits.map { $0 - partition }
      result.logProbabilities.append(logs[Int(target)])
      result.entropies.append(-logs.reduce(0) { $0 + exp($1) * $1 })
      result.squares.append(logs.reduce(0) { $0 + exp(2 * $1) })
    }
    return result
  }
}
