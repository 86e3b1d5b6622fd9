use std::env;
use std::fmt;
use std::rc::Rc;

/// An expression in x.
trait Expr: fmt::Display {
    fn at(&self, x: i64) -> i64;
    fn derivative(&self) -> Node;
}

type Node = Rc<dyn Expr>;

struct Variable;
struct Number(i64);
struct Sum(Node, Node);
struct Product(Node, Node);

impl Expr for Variable {
    fn at(&self, x: i64) -> i64 {
        x
    }

    fn derivative(&self) -> Node {
        Rc::new(Number(1))
    }
}

impl Expr for Number {
    fn at(&self, _x: i64) -> i64 {
        self.0
    }

    fn derivative(&self) -> Node {
        Rc::new(Number(0))
    }
}

impl Expr for Sum {
    fn at(&self, x: i64) -> i64 {
        self.0.at(x) + self.1.at(x)
    }

    fn derivative(&self) -> Node {
        Rc::new(Sum(self.0.derivative(), self.1.derivative()))
    }
}

impl Expr for Product {
    fn at(&self, x: i64) -> i64 {
        self.0.at(x) * self.1.at(x)
    }

    fn derivative(&self) -> Node {
        let left = Product(self.0.derivative(), Rc::clone(&self.1));
        let right = Product(Rc::clone(&self.0), self.1.derivative());
        Rc::new(Sum(Rc::new(left), Rc::new(right)))
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "x")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} + {})", self.0, self.1)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} * {}", self.0, self.1)
    }
}

fn parse(words: &mut impl Iterator<Item = String>) -> Option<Node> {
    Some(match words.next()?.as_str() {
        "+" => Rc::new(Sum(parse(words)?, parse(words)?)),
        "*" => Rc::new(Product(parse(words)?, parse(words)?)),
        "x" => Rc::new(Variable),
        number => Rc::new(Number(number.parse().ok()?)),
    })
}

fn main() {
    let mut words = env::args().skip(1);
    let point = words.next().and_then(|text| text.parse().ok());
    let point = point.expect("the point should be a number");
    let tree = parse(&mut words).expect("the expression should be complete");
    let slope = tree.derivative();
    println!("f(x) = {tree}, f({point}) = {}", tree.at(point));
    println!("f'(x) = {slope}, f'({point}) = {}", slope.at(point));
}
