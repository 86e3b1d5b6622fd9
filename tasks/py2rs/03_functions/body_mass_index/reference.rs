/// The body mass index for a weight in kilograms and a height in metres.
pub fn body_mass_index(weight: f64, height: f64) -> f64 {
    weight / (height * height)
}
