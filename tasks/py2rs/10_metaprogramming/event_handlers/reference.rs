use std::collections::BTreeMap;
use std::io;

/// A handler sees one event; `false` keeps the handlers after it from running.
type Handler = fn(&mut Shop, &str, i64) -> bool;

/// Builds the table of handlers from `event priority => handler` lines.
macro_rules! handlers {
    ($($event:literal $priority:literal => $handler:path;)*) => {
        [$(($event, $priority, $handler as Handler)),*]
    };
}

const HANDLERS: [(&str, i32, Handler); 6] = handlers! {
    "arrival" 1 => Shop::keep_count;
    "sale" 2 => Shop::keep_count;
    "sale" 1 => Shop::deliver;
    "sale" 3 => Shop::reorder;
    "sale" 0 => Shop::check_stock;
    "arrival" 0 => Shop::store;
};

#[derive(Default)]
struct Shop {
    stock: BTreeMap<String, i64>,
    moved: BTreeMap<String, i64>,
}

impl Shop {
    fn keep_count(&mut self, item: &str, count: i64) -> bool {
        let moved = self.moved.entry(item.to_string()).or_default();
        *moved += count;
        println!("  {moved} {item} moved so far");
        true
    }

    fn deliver(&mut self, item: &str, count: i64) -> bool {
        let left = self.stock.entry(item.to_string()).or_default();
        *left -= count;
        println!("  {count} {item} sold, {left} left");
        *left < 5
    }

    fn reorder(&mut self, item: &str, count: i64) -> bool {
        println!("  order {} {item}", 2 * count);
        true
    }

    fn check_stock(&mut self, item: &str, count: i64) -> bool {
        count <= self.stock.get(item).copied().unwrap_or_default()
    }

    fn store(&mut self, item: &str, count: i64) -> bool {
        *self.stock.entry(item.to_string()).or_default() += count;
        count > 0
    }
}

/// The handlers of an event in order of their priorities, which come first.
fn handlers_of(event: &str) -> (Vec<i32>, Vec<Handler>) {
    let mut entries: Vec<(i32, Handler)> = HANDLERS
        .into_iter()
        .filter(|(name, ..)| *name == event)
        .map(|(_, priority, handler)| (priority, handler))
        .collect();
    entries.sort_by_key(|(priority, _)| *priority);
    entries.into_iter().unzip()
}

fn main() {
    let mut shop = Shop::default();
    for line in io::stdin().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [event, item, count] = words[..] else {
            panic!("an event, an item and a count are needed");
        };
        let count = count.parse().expect("the count should be a number");
        let (priorities, handlers) = handlers_of(event);
        println!("{event} {item}: priorities {priorities:?}");
        let complete = handlers
            .iter()
            .all(|handler| handler(&mut shop, item, count));
        println!("{}", if complete { "done" } else { "stopped" });
    }
}
