//! Named types of Go's standard library, and what they are made of: the metadata has only their names.
//!
//! Go's promise of compatibility keeps them as they are. Not here are types with fields, which the metadata tells, and those
//! that TinyGo has in a way of its own, such as `reflect.Kind`: the debug information tells these.

/// What a named type of the standard library is made of; nothing for a type that is not in the table.
pub(super) fn underlying(name: &str) -> Option<&'static str> {
    let at = TABLE.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    TABLE.get(at).map(|(_, underlying)| *underlying)
}

/// Names with what they are made of, in the order of the names' bytes.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("compress/lzw.Order", "int"),
    ("context.CancelFunc", "func()"),
    ("context.Context", "interface{}"),
    ("crypto.Hash", "uint"),
    ("crypto/ed25519.PrivateKey", "[]byte"),
    ("crypto/ed25519.PublicKey", "[]byte"),
    ("database/sql.IsolationLevel", "int"),
    ("database/sql.RawBytes", "[]byte"),
    ("database/sql/driver.RowsAffected", "int64"),
    ("database/sql/driver.Value", "interface{}"),
    ("encoding/asn1.Enumerated", "int"),
    ("encoding/asn1.Flag", "bool"),
    ("encoding/asn1.ObjectIdentifier", "[]int"),
    ("encoding/asn1.RawContent", "[]byte"),
    ("encoding/json.Delim", "int32"),
    ("encoding/json.Token", "interface{}"),
    ("encoding/xml.CharData", "[]byte"),
    ("encoding/xml.Comment", "[]byte"),
    ("encoding/xml.Directive", "[]byte"),
    ("encoding/xml.Token", "interface{}"),
    ("fmt.Stringer", "interface{}"),
    ("hash/crc32.Table", "[256]uint32"),
    ("hash/crc64.Table", "[256]uint64"),
    ("html/template.CSS", "string"),
    ("html/template.FuncMap", "map[string]interface{}"),
    ("html/template.HTML", "string"),
    ("html/template.HTMLAttr", "string"),
    ("html/template.JS", "string"),
    ("html/template.JSStr", "string"),
    ("html/template.Srcset", "string"),
    ("html/template.URL", "string"),
    ("image/draw.Op", "int"),
    ("image/png.CompressionLevel", "int"),
    ("io.Closer", "interface{}"),
    ("io.ReadCloser", "interface{}"),
    ("io.Reader", "interface{}"),
    ("io.Writer", "interface{}"),
    ("io/fs.FileMode", "uint32"),
    ("log/slog.Kind", "int"),
    ("log/slog.Level", "int"),
    ("math/big.Accuracy", "int8"),
    ("math/big.RoundingMode", "uint8"),
    ("math/big.Word", "uint"),
    ("mime.WordEncoder", "uint8"),
    ("net.HardwareAddr", "[]byte"),
    ("net.IP", "[]byte"),
    ("net.IPMask", "[]byte"),
    ("net/http.ConnState", "int"),
    ("net/http.Header", "map[string][]string"),
    ("net/http.SameSite", "int"),
    ("net/mail.Header", "map[string][]string"),
    ("net/textproto.MIMEHeader", "map[string][]string"),
    ("net/url.EscapeError", "string"),
    ("net/url.InvalidHostError", "string"),
    ("net/url.Values", "map[string][]string"),
    ("os.FileMode", "uint32"),
    ("regexp/syntax.Flags", "uint16"),
    ("sort.Float64Slice", "[]float64"),
    ("sort.IntSlice", "[]int"),
    ("sort.StringSlice", "[]string"),
    ("text/template.FuncMap", "map[string]interface{}"),
    ("time.Month", "int"),
    ("time.Weekday", "int"),
];

#[cfg(test)]
mod tests {
    use super::super::names::{self, TypeName};
    use super::*;

    #[test]
    fn the_table_is_in_order_and_can_be_read() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
        for (name, made_of) in TABLE {
            assert_eq!(underlying(name), Some(*made_of));
            assert_eq!(names::parse(name), TypeName::Named, "{name}");
            assert!(!matches!(names::parse(made_of), TypeName::Named | TypeName::Malformed), "{name}: {made_of}");
        }
        assert_eq!((underlying("time.Mon"), underlying("reflect.Kind")), (None, None));
    }
}
