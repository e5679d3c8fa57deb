//! Geometries as the server stores them: the number of a spatial reference system, then well-known binary. Guests get
//! well-known text (`host-functions` section 9.6).

use crate::host_functions::written::Json;

/// Geometries within each other that are read.
const DEPTH: usize = 32;

/// Writes the well-known text of what is in a column, such as `"POINT (1.5 2)"`.
///
/// # Errors
/// What is wrong with the bytes.
pub(super) fn write(text: &mut Json, bytes: &[u8]) -> Result<(), &'static str> {
    let mut reader = Reader { rest: bytes, little: true };
    reader.take::<4>()?;
    text.push('"');
    geometry(&mut reader, text, DEPTH)?;
    text.push('"');
    // Of what is too long not all is read.
    if reader.rest.is_empty() || text.is_full() { Ok(()) } else { Err("a geometry with bytes behind its end") }
}

/// Bytes that are read from the front, in an order that each geometry chooses.
struct Reader<'b> {
    rest: &'b [u8],
    little: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or("a geometry that ends too soon")?;
        self.rest = rest;
        Ok(*taken)
    }

    fn count(&mut self) -> Result<u32, &'static str> {
        let bytes = self.take()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn number(&mut self) -> Result<f64, &'static str> {
        let bytes = self.take()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    /// Byte order and kind, with which each geometry begins.
    fn head(&mut self) -> Result<u32, &'static str> {
        let [order] = self.take()?;
        self.little = match order {
            0 => false,
            1 => true,
            _ => return Err("a geometry without a byte order"),
        };
        self.count()
    }
}

/// What an item of a list is.
type Item = fn(&mut Reader<'_>, &mut Json, usize) -> Result<(), &'static str>;

fn geometry(reader: &mut Reader<'_>, text: &mut Json, depth: usize) -> Result<(), &'static str> {
    let depth = depth.checked_sub(1).ok_or("geometries too deep within each other")?;
    let (name, item): (_, Item) = match reader.head()? {
        1 => {
            text.push_str("POINT ");
            return point(reader, text, depth);
        }
        2 => ("LINESTRING ", coordinates),
        3 => ("POLYGON ", ring),
        4 => ("MULTIPOINT ", |reader, text, depth| part(reader, text, depth, 1)),
        5 => ("MULTILINESTRING ", |reader, text, depth| part(reader, text, depth, 2)),
        6 => ("MULTIPOLYGON ", |reader, text, depth| part(reader, text, depth, 3)),
        7 => ("GEOMETRYCOLLECTION ", geometry),
        _ => return Err("a geometry of an unknown kind"),
    };
    text.push_str(name);
    list(reader, text, depth, item)
}

/// A count, and so many items.
fn list(reader: &mut Reader<'_>, text: &mut Json, depth: usize, item: Item) -> Result<(), &'static str> {
    let count = reader.count()?;
    if count == 0 {
        text.push_str("EMPTY");
        return Ok(());
    }
    for index in 0..count {
        if text.is_full() {
            return Ok(());
        }
        text.push_str(if index == 0 { "(" } else { ", " });
        item(reader, text, depth)?;
    }
    text.push(')');
    Ok(())
}

fn ring(reader: &mut Reader<'_>, text: &mut Json, depth: usize) -> Result<(), &'static str> {
    list(reader, text, depth, coordinates)
}

/// A geometry within one that has only such: its kind is not said again.
fn part(reader: &mut Reader<'_>, text: &mut Json, depth: usize, kind: u32) -> Result<(), &'static str> {
    match reader.head()? {
        found if found != kind => Err("a geometry of the wrong kind within another one"),
        1 => point(reader, text, depth),
        2 => list(reader, text, depth, coordinates),
        _ => list(reader, text, depth, ring),
    }
}

fn point(reader: &mut Reader<'_>, text: &mut Json, _: usize) -> Result<(), &'static str> {
    let (x, y) = (reader.number()?, reader.number()?);
    if x.is_nan() && y.is_nan() {
        // That is how a point without coordinates is stored.
        text.push_str("EMPTY");
        return Ok(());
    }
    text.push('(');
    pair(text, x, y)?;
    text.push(')');
    Ok(())
}

fn coordinates(reader: &mut Reader<'_>, text: &mut Json, _: usize) -> Result<(), &'static str> {
    let (x, y) = (reader.number()?, reader.number()?);
    pair(text, x, y)
}

fn pair(text: &mut Json, x: f64, y: f64) -> Result<(), &'static str> {
    if !x.is_finite() || !y.is_finite() {
        return Err("a geometry with a coordinate that is no number");
    }
    text.push_str(&super::values::shortest(x));
    text.push(' ');
    text.push_str(&super::values::shortest(y));
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn well_known_text(bytes: &[u8]) -> Result<String, &'static str> {
        let mut json = Json::new(1 << 20);
        write(&mut json, bytes)?;
        Ok(json.finish().trim_matches('"').to_owned())
    }

    /// A geometry as a tree, to write it in both forms.
    #[derive(Clone, Debug)]
    enum Shape {
        Point(f64, f64),
        Line(Vec<(f64, f64)>),
        Polygon(Vec<Vec<(f64, f64)>>),
        /// Kind, and its parts.
        Parts(u32, Vec<Shape>),
    }

    impl Shape {
        fn kind(&self) -> u32 {
            match self {
                Self::Point(..) => 1,
                Self::Line(_) => 2,
                Self::Polygon(_) => 3,
                Self::Parts(kind, _) => *kind,
            }
        }

        fn bytes(&self, little: bool, out: &mut Vec<u8>) {
            let count = |out: &mut Vec<u8>, n: usize| {
                let n = u32::try_from(n).unwrap();
                out.extend(if little { n.to_le_bytes() } else { n.to_be_bytes() });
            };
            let pair = |out: &mut Vec<u8>, &(x, y): &(f64, f64)| {
                for n in [x, y] {
                    out.extend(if little { n.to_le_bytes() } else { n.to_be_bytes() });
                }
            };
            out.push(u8::from(little));
            count(out, self.kind() as usize);
            match self {
                Self::Point(x, y) => pair(out, &(*x, *y)),
                Self::Line(line) => {
                    count(out, line.len());
                    line.iter().for_each(|each| pair(out, each));
                }
                Self::Polygon(rings) => {
                    count(out, rings.len());
                    for ring in rings {
                        count(out, ring.len());
                        ring.iter().for_each(|each| pair(out, each));
                    }
                }
                Self::Parts(_, parts) => {
                    count(out, parts.len());
                    // The parts have the other byte order, which each may choose.
                    parts.iter().for_each(|part| part.bytes(!little, out));
                }
            }
        }

        fn body(&self) -> String {
            let joined = |texts: Vec<String>| match texts.len() {
                0 => "EMPTY".to_owned(),
                _ => format!("({})", texts.join(", ")),
            };
            let line = |line: &[(f64, f64)]| joined(line.iter().map(|(x, y)| format!("{x} {y}")).collect());
            match self {
                Self::Point(x, y) => format!("({x} {y})"),
                Self::Line(points) => line(points),
                Self::Polygon(rings) => joined(rings.iter().map(|ring| line(ring)).collect()),
                Self::Parts(7, parts) => joined(parts.iter().map(Self::text).collect()),
                Self::Parts(_, parts) => joined(parts.iter().map(Self::body).collect()),
            }
        }

        fn text(&self) -> String {
            let names = ["POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"];
            let name = names.get(self.kind() as usize - 1).unwrap_or(&"GEOMETRYCOLLECTION");
            format!("{name} {}", self.body())
        }
    }

    fn shapes() -> impl Strategy<Value = Shape> {
        let pair = || (-1e9..1e9_f64, -1e9..1e9_f64);
        let line = move || proptest::collection::vec(pair(), 0..4);
        let point = || pair().prop_map(|(x, y)| Shape::Point(x, y)).boxed();
        let lines = || line().prop_map(Shape::Line).boxed();
        let polygon = || proptest::collection::vec(line(), 0..3).prop_map(Shape::Polygon).boxed();
        let parts = |kind: u32, of: BoxedStrategy<Shape>| {
            proptest::collection::vec(of, 0..3).prop_map(move |parts| Shape::Parts(kind, parts)).boxed()
        };
        let simple =
            prop_oneof![point(), lines(), polygon(), parts(4, point()), parts(5, lines()), parts(6, polygon()),];
        simple.prop_recursive(4, 16, 3, move |inner| parts(7, inner.boxed()))
    }

    proptest! {
        #[test]
        fn whatever_the_server_sends(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = well_known_text(&bytes);
        }

        #[test]
        fn geometries(shape in shapes(), little: bool) {
            let mut bytes = vec![0xe6, 0x10, 0, 0];
            shape.bytes(little, &mut bytes);
            prop_assert_eq!(well_known_text(&bytes), Ok(shape.text()));
            for end in 0..bytes.len() {
                prop_assert!(well_known_text(&bytes[..end]).is_err());
            }
            bytes.push(0);
            prop_assert!(well_known_text(&bytes).is_err());
        }
    }

    #[test]
    fn odd_ones() {
        let point = |x: f64, y: f64| {
            let mut bytes = vec![0, 0, 0, 0];
            Shape::Point(x, y).bytes(true, &mut bytes);
            well_known_text(&bytes)
        };
        assert_eq!(point(1.5, 2.0).as_deref(), Ok("POINT (1.5 2)"));
        assert_eq!(point(f64::NAN, f64::NAN).as_deref(), Ok("POINT EMPTY"));
        assert!(point(f64::INFINITY, 0.0).is_err());
        assert_eq!(point(1e300, -1e-9).as_deref(), Ok("POINT (1e300 -1e-9)"));

        let mut deep = Shape::Point(0.0, 0.0);
        for _ in 0..DEPTH {
            deep = Shape::Parts(7, vec![deep]);
        }
        let mut bytes = vec![0, 0, 0, 0];
        deep.bytes(true, &mut bytes);
        assert_eq!(well_known_text(&bytes), Err("geometries too deep within each other"));

        // A line among the parts of a MULTIPOINT.
        let mut bytes = vec![0, 0, 0, 0];
        Shape::Parts(4, vec![Shape::Line(vec![])]).bytes(true, &mut bytes);
        assert_eq!(well_known_text(&bytes), Err("a geometry of the wrong kind within another one"));
    }
}
