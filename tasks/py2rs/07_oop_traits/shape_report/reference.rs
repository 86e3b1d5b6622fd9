use std::f64::consts::PI;
use std::io;

trait Shape {
    fn name(&self) -> &'static str;
    fn area(&self) -> f64;
    fn perimeter(&self) -> f64;

    fn describe(&self) -> String {
        format!(
            "{}: area {:.2}, perimeter {:.2}",
            self.name(),
            self.area(),
            self.perimeter()
        )
    }
}

struct Circle {
    radius: f64,
}

impl Shape for Circle {
    fn name(&self) -> &'static str {
        "circle"
    }

    fn area(&self) -> f64 {
        PI * self.radius * self.radius
    }

    fn perimeter(&self) -> f64 {
        2.0 * PI * self.radius
    }
}

struct Rectangle {
    name: &'static str,
    width: f64,
    height: f64,
}

impl Rectangle {
    fn square(side: f64) -> Self {
        Self {
            name: "square",
            width: side,
            height: side,
        }
    }
}

impl Shape for Rectangle {
    fn name(&self) -> &'static str {
        self.name
    }

    fn area(&self) -> f64 {
        self.width * self.height
    }

    fn perimeter(&self) -> f64 {
        2.0 * (self.width + self.height)
    }
}

fn parse(line: &str) -> Option<Box<dyn Shape>> {
    let mut words = line.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let sizes = words
        .map(|word| word.parse().ok())
        .collect::<Option<Vec<f64>>>()?;
    match (kind, sizes.as_slice()) {
        ("circle", &[radius]) => Some(Box::new(Circle { radius })),
        ("rectangle", &[width, height]) => Some(Box::new(Rectangle {
            name: "rectangle",
            width,
            height,
        })),
        ("square", &[side]) => Some(Box::new(Rectangle::square(side))),
        _ => None,
    }
}

fn main() {
    let mut shapes: Vec<Box<dyn Shape>> = io::stdin()
        .lines()
        .map_while(Result::ok)
        .map(|line| parse(&line).expect("every line should be a shape"))
        .collect();
    let total = shapes.iter().fold(0.0, |sum, shape| sum + shape.area());
    shapes.sort_by(|a, b| a.area().total_cmp(&b.area()));
    for shape in &shapes {
        println!("{}", shape.describe());
    }
    println!("total {total:.2}");
}
