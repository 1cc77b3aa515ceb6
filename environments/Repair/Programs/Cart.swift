extension Program {
  /// A shopping cart made of dictionaries, in two files.
  static let cart = Program(
    "cart",
    files: [
      File(
        "price.py",
        """
        def cost(item):
            n = item.get('count', 1)
            return item['price'] * n

        def off(total, rate):
            if total < 100:
                return total
            return total - total * rate // 100
        """),
      File(
        "cart.py",
        """
        from price import cost, off

        def total(items, rate=10):
            n = 0
            for item in items:
                n += cost(item)
            return off(n, rate)

        def names(items):
            return [item['name'] for item in items]

        def dearest(items):
            if not items:
                return None
            return max(items, key=cost)['name']
        """),
    ],
    visible: """
      price.cost({'price': 4, 'count': 3}) == 12
      price.off(200, 10) == 180
      cart.total([{'price': 20}, {'price': 5}]) == 25
      cart.names([{'name': 'tea'}, {'name': 'jam'}]) == ['tea', 'jam']
      cart.dearest([{'name': 'tea', 'price': 3}, {'name': 'jam', 'price': 5}]) == 'jam'
      """,
    hidden: """
      price.cost({'price': 7}) == 7
      price.off(100, 5) == 95
      price.off(99, 50) == 99
      price.off(150, 0) == 150
      cart.total([{'price': 50, 'count': 4}]) == 180
      cart.total([{'price': 60, 'count': 2}], 25) == 90
      cart.total([]) == 0
      cart.dearest([]) == None
      cart.dearest([{'name': 'a', 'price': 9}, {'name': 'b', 'price': 2, 'count': 5}]) == 'b'
      cart.dearest([{'name': 'a', 'price': 9}, {'name': 'b', 'price': 2}]) == 'a'
      """)
}
