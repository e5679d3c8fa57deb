// What an app does with values of the host's making, while its garbage is collected.

class Item {
  id!: i64;
  name!: string;
  tags!: string[];
  scores!: f64[];
  counts!: Map<string, i32>;
  at!: Date;
  inner!: Item | null;
  data!: ArrayBuffer;
}

let kept: Item[] = [];

/** Collects garbage, and fills what has become free with something else. */
function churn(collect: bool): void {
  if (collect) __collect();
  const junk: string[] = [];
  for (let i = 0; i < 500; i++) {
    junk.push("junk " + i.toString());
    new StaticArray<u8>(i).fill(0x5a);
  }
}

/** Answers its argument after so many collections. */
export function after(items: Item[], rounds: i32, collect: bool): Item[] {
  for (let round = 0; round < rounds; round++) churn(collect);
  return items;
}

/** Changes everything that can be changed, over and over. */
export function changed(items: Item[], rounds: i32, collect: bool): Item[] {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      item.name += "." + round.toString();
      item.tags.push(item.name);
      item.scores.push(<f64>round);
      item.counts.set("round " + round.toString(), round);
      const inner = item.inner;
      if (inner) inner.tags.push("inner");
    }
    items.push(items[0]);
    items.shift();
    items.pop();
    churn(collect);
  }
  return items;
}

/** Keeps its argument for later calls. */
export function keep(items: Item[]): i32 {
  kept = items;
  return items.length;
}

/** What was kept, after a collection. */
export function held(collect: bool): Item[] {
  churn(collect);
  return kept;
}
