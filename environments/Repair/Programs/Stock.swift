extension Program {
  /// The items that a shop must order, in three files.
  static let stock = Program(
    "stock",
    files: [
      File(
        "item.py",
        """
        def make(name, count=0, low=2):
            return {'name': name, 'count': count, 'low': low}

        def short(item):
            return item['count'] < item['low']
        """),
      File(
        "stock.py",
        """
        from item import make, short

        def load(rows):
            out = {}
            for name, n in rows:
                if name not in out:
                    out[name] = make(name)
                out[name]['count'] += n
            return out
        """),
      File(
        "order.py",
        """
        from item import short
        from stock import load

        def order(rows, size=5):
            out = []
            for name, item in sorted(load(rows).items()):
                if short(item):
                    out.append((name, size - item['count']))
            return out
        """),
    ],
    visible: """
      item.short(item.make('tea', 1)) == True
      stock.load([('tea', 2), ('tea', 3)]) == {'tea': {'name': 'tea', 'count': 5, 'low': 2}}
      order.order([('jam', 1), ('tea', 4)]) == [('jam', 4)]
      """,
    hidden: """
      item.make('jam') == {'name': 'jam', 'count': 0, 'low': 2}
      item.make('oil', 3, 5) == {'name': 'oil', 'count': 3, 'low': 5}
      item.short(item.make('tea', 2)) == False
      item.short(item.make('tea', 7, 9)) == True
      stock.load([('a', 1), ('b', 5), ('a', 4)]) == {'a': {'name': 'a', 'count': 5, 'low': 2}, 'b': {'name': 'b', 'count': 5, 'low': 2}}
      stock.load([]) == {}
      order.order([('a', 1), ('b', 2)], 9) == [('a', 8)]
      order.order([('z', 0), ('b', -1)]) == [('b', 6), ('z', 5)]
      """)
}
