import Foundation
import TurnwiseKernels

extension PlainLoops {
  static func normForward(
    _ y: MutableFloats, _ x: Floats, weight: Floats, inverse: MutableFloats?, rows: Int,
    width: Int, epsilon: Float
  ) {
    for row in 0..<rows {
      let x = x + row * width
      let r = 1 / (inner(x, x, width) / Double(width) + Double(epsilon)).squareRoot()
      if let inverse { inverse[row] = Float(r) }
      for i in 0..<width { y[row * width + i] = Float(Double(x[i]) * r * Double(weight[i])) }
    }
  }

  static func normBackward(
    dx: MutableFloats, dWeight: MutableFloats, dy: Floats, x: Floats, weight: Floats,
    inverse: Floats, rows: Int, width: Int
  ) {
    for row in 0..<rows {
      let r = Double(inverse[row])
      let first = row * width
      // The derivative of the loss by r, and that of r by x_j, which is -r³ x_j / width.
      var byInverse = 0.0
      for i in 0..<width {
        let (d, value) = (Double(dy[first + i]), Double(x[first + i]))
        byInverse += d * value * Double(weight[i])
        dWeight[i] = Float(Double(dWeight[i]) + d * value * r)
      }
      for i in 0..<width {
        let direct = Double(dy[first + i]) * Double(weight[i]) * r
        let through = -byInverse * r * r * r * Double(x[first + i]) / Double(width)
        dx[first + i] = Float(Double(dx[first + i]) + direct + through)
      }
    }
  }

  static func rotate(
    _ row: MutableFloats, heads: Int, headWidth: Int, cosines: Floats, sines: Floats,
    direction: Float
  ) {
    let half = headWidth / 2
    for head in 0..<heads {
      for i in 0..<half {
        let (c, s) = (Double(cosines[i]), Double(sines[i]) * Double(direction))
        let (left, right) = (head * headWidth + i, head * headWidth + half + i)
        let (x, y) = (Double(row[left]), Double(row[right]))
        row[left] = Float(x * c - y * s)
        row[right] = Float(x * s + y * c)
      }
    }
  }

  static func gateForward(_ y: MutableFloats, _ x: Floats, rows: Int, width: Int) {
    for row in 0..<rows {
      for i in 0..<width {
        let gate = Double(x[2 * row * width + i])
        let up = Double(x[2 * row * width + width + i])
        y[row * width + i] = Float(gate / (1 + exp(-gate)) * up)
      }
    }
  }

  static func gateBackward(dx: MutableFloats, dy: Floats, x: Floats, rows: Int, width: Int) {
    for row in 0..<rows {
      for i in 0..<width {
        let (left, right) = (2 * row * width + i, 2 * row * width + width + i)
        let (gate, up) = (Double(x[left]), Double(x[right]))
        let d = Double(dy[row * width + i])
        let s = 1 / (1 + exp(-gate))
        // σ' = σ (1 - σ)
        dx[left] = Float(d * up * (s + gate * s * (1 - s)))
        dx[right] = Float(d * gate * s)
      }
    }
  }

  static func shiftForward(
    _ y: MutableFloats, _ x: Floats, previous: Floats?, current a: Floats, shifted b: Floats,
    width: Int
  ) {
    for i in 0..<width {
      let before = previous.map { Double($0[i]) } ?? 0
      y[i] = Float(Double(x[i]) * Double(a[i]) + before * Double(b[i]))
    }
  }

  static func shiftBackward(
    dx: MutableFloats, dPrevious: MutableFloats?, dCurrent: MutableFloats,
    dShifted: MutableFloats, dy: Floats, x: Floats, previous: Floats?, current a: Floats,
    shifted b: Floats, width: Int
  ) {
    for i in 0..<width {
      let d = Double(dy[i])
      dx[i] = Float(Double(dx[i]) + d * Double(a[i]))
      dCurrent[i] = Float(Double(dCurrent[i]) + d * Double(x[i]))
      if let previous, let dPrevious {
        dPrevious[i] = Float(Double(dPrevious[i]) + d * Double(b[i]))
        dShifted[i] = Float(Double(dShifted[i]) + d * Double(previous[i]))
      }
    }
  }
}
