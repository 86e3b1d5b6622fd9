const EARTH_RADIUS_KM: f64 = 6371.0;

/// The length of the shortest way over the globe between two places given in degrees.
pub fn great_circle_km(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let (phi1, phi2) = (lat1.to_radians(), lat2.to_radians());
    let half_phi = (phi2 - phi1) / 2.0;
    let half_lambda = (lon2 - lon1).to_radians() / 2.0;
    let chord = half_phi.sin().powi(2) + phi1.cos() * phi2.cos() * half_lambda.sin().powi(2);
    2.0 * EARTH_RADIUS_KM * chord.sqrt().asin()
}
