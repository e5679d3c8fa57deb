//! Vectors of texts: texts that share words and parts of words are near each other.

/// Dimensions of a model that is not known.
const DIMENSIONS: usize = 384;
/// The most that a request may ask for.
pub(super) const MAX_DIMENSIONS: usize = 8192;
/// Characters of the parts that words are cut into.
const PART: usize = 3;
/// How much more a whole word counts than a part of one.
const WORD: f64 = 2.0;

/// Parts of models' names, and the dimensions of their vectors. The first that fits counts.
const KNOWN: [(&str, usize); 14] = [
    ("text-embedding-3-large", 3072),
    ("text-embedding-3-small", 1536),
    ("text-embedding-ada-002", 1536),
    ("text-embedding-004", 768),
    ("nomic-embed", 768),
    ("mxbai-embed", 1024),
    ("bge-m3", 1024),
    ("bge-large", 1024),
    ("bge-base", 768),
    ("e5-large", 1024),
    ("e5-base", 768),
    ("gte-base", 768),
    ("mpnet", 768),
    ("gtr-t5", 768),
];

/// Dimensions of the vectors that a model makes.
pub(super) fn dimensions(model: &str) -> usize {
    let model = model.to_lowercase();
    KNOWN.iter().find(|(part, _)| model.contains(part)).map_or(DIMENSIONS, |(_, dimensions)| *dimensions)
}

/// The vector of a text, of length 1: each word and each part of a word adds to a place that its hash tells.
pub(super) fn vector(text: &str, dimensions: usize) -> Vec<f64> {
    let mut vector = vec![0.0; dimensions];
    let lower = text.to_lowercase();
    for word in lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        add(&mut vector, word, WORD);
        let letters: Vec<char> = format!(" {word} ").chars().collect();
        for part in letters.windows(PART) {
            add(&mut vector, &part.iter().collect::<String>(), 1.0);
        }
    }
    let length = vector.iter().map(|number| number * number).sum::<f64>().sqrt();
    if length == 0.0 {
        // A text without words, or one whose parts cancel out.
        vector.iter_mut().take(1).for_each(|number| *number = 1.0);
        return vector;
    }
    // Digits enough for the numbers that guests read them into.
    vector.iter().map(|number| (number / length * 1e7).round() / 1e7).collect()
}

fn add(vector: &mut [f64], part: &str, weight: f64) {
    let hash = hash(part);
    // The two are taken from different bits.
    let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
    let place = (hash & 0xffff_ffff) as usize % vector.len().max(1);
    if let Some(number) = vector.get_mut(place) {
        *number += sign * weight;
    }
}

/// FNV-1a, and a last mixing: its upper bits change little with the last letters.
fn hash(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearness(left: &str, right: &str) -> f64 {
        vector(left, 384).iter().zip(vector(right, 384)).map(|(left, right)| left * right).sum()
    }

    #[test]
    fn similar_texts_are_near_each_other() {
        let cat = "A cat sleeps on the warm roof";
        assert!((nearness(cat, cat) - 1.0).abs() < 1e-5);
        assert!(nearness(cat, "cats sleeping on a roof") > 0.3);
        assert!(nearness(cat, "cats sleeping on a roof") > nearness(cat, "Quarterly revenue grew by 5 %") + 0.2);
        assert_eq!(vector(cat, 384), vector(cat, 384));
    }

    #[test]
    fn vectors_have_length_one() {
        for text in ["", "?!", "a", "日本語", "one two three"] {
            let length: f64 = vector(text, 768).iter().map(|number| number * number).sum();
            assert!((length - 1.0).abs() < 1e-5, "{text}: {length}");
        }
        for (model, expected) in [
            ("text-embedding-3-large", 3072),
            ("sentence-transformers/all-MiniLM-L6-v2", 384),
            ("nomic-embed-text", 768),
            ("", 384),
        ] {
            assert_eq!(dimensions(model), expected, "{model}");
        }
    }
}
