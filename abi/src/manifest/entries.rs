//! Endpoints, models and collections; their structure and the schema's rules for them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jsonc_parser::ast::{Object, ObjectProp, Value};

use super::check::{is_name, is_path};
use super::members::{COLLECTIONS, ENDPOINTS, INDEX, MANIFEST, MODELS, SEARCH_METHODS, choices, names};
use super::parse::{Entry, Reader, Text, describe, join, name_range, range_of};
use super::{
    Auth, Collection, Endpoint, FindingKind, HOSTED_MODELS, HUGGING_FACE, HYPERMODE, Manifest, Model, SearchMethod,
};
use crate::endpoint_path;
use crate::reserved_paths::Reserved;

impl Reader<'_> {
    /// The whole manifest.
    pub(super) fn manifest<'v>(&mut self, object: &'v Object<'v>) -> Manifest {
        let mut root = Entry {
            title: "manifest".to_owned(),
            pointer: String::new(),
            range: object.range.start..object.range.start + 1,
            members: &object.properties,
            failed: false,
        };
        self.close(&root, &names(&[&MANIFEST]));
        let mut manifest = Manifest::default();
        if let Some(endpoints) = self.section(&mut root, "endpoints") {
            for member in self.distinct(&endpoints) {
                if let Some(endpoint) = self.endpoint(&endpoints, member) {
                    self.check_path_is_new(&endpoints, member, &endpoint, &manifest);
                    manifest.endpoint_order.push(member.name.as_str().to_owned());
                    manifest.endpoints.insert(member.name.as_str().to_owned(), endpoint);
                }
            }
        }
        let connections = self.section(&mut root, "connections");
        if let Some(connections) = &connections {
            for member in self.distinct(connections) {
                let connection = self.connection(connections, member);
                manifest.connections.extend(connection.map(|found| (member.name.as_str().to_owned(), found)));
            }
        }
        if let Some(models) = self.section(&mut root, "models") {
            for member in self.distinct(&models) {
                let model = self.model(&models, member, connections.as_ref());
                manifest.models.extend(model.map(|model| (member.name.as_str().to_owned(), model)));
            }
        }
        manifest.collections = self.collections(&root);
        let methods = manifest.collections.values().flat_map(|collection| collection.search_methods.values());
        let embedders: BTreeSet<&String> =
            methods.map(|method| &method.embedder).filter(|name| !name.is_empty()).collect();
        manifest.embedders = embedders.into_iter().cloned().collect();
        manifest
    }

    fn section<'v>(&mut self, root: &mut Entry<'v>, name: &str) -> Option<Entry<'v>> {
        let mut section = self.object(root, name)?;
        name.clone_into(&mut section.title);
        Some(section)
    }

    /// Checks the name of an endpoint, model, connection, collection or search method.
    pub(super) fn check_name(&mut self, what: &str, entry: &Entry, member: &ObjectProp) {
        let name = member.name.as_str();
        if !is_name(name) {
            let message = format!("`{name}` is not a valid {what} name");
            self.report(FindingKind::Schema, name_range(member), &join(&entry.pointer, name), message);
            self.help("1 to 63 letters and digits, in groups joined by single hyphens");
        }
    }

    /// The `type` of an endpoint or connection: lower-case, one of `known`.
    pub(super) fn type_of(&mut self, what: &str, entry: &Entry, known: &[&str]) -> Option<String> {
        let name = &entry.title;
        let member = entry.members.iter().rev().find(|member| member.name.as_str() == "type");
        let text = match member.map(|member| &member.value) {
            None | Some(Value::NullKeyword(_)) => String::new(),
            Some(Value::StringLit(text)) => text.value.to_string(),
            Some(other) => self.written(other).to_owned(),
        };
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        let help = format!("known types: {}", known.join(", "));
        match member {
            Some(member) if !text.is_empty() => {
                let message = format!("unknown type [{text}] for {what} [{name}]");
                let pointer = join(&entry.pointer, "type");
                self.report(FindingKind::Type, range_of(&member.value), &pointer, message);
            }
            _ => self.report_entry(FindingKind::Type, entry, format!("missing type for {what} [{name}]")),
        }
        self.help(help);
        None
    }

    /// A required text; reports it if it is missing or empty.
    pub(super) fn required(&mut self, entry: &mut Entry, name: &str) -> Text {
        let text = self.text(entry, name);
        if text.value.is_empty() && !text.wrong {
            let message = format!("{}: `{name}` is {}", entry.title, if text.present { "empty" } else { "missing" });
            self.report_text(FindingKind::Schema, &text, message);
        }
        text
    }

    /// An optional text; reports it if it is there and empty.
    pub(super) fn optional(&mut self, entry: &mut Entry, name: &str) -> Text {
        let text = self.text(entry, name);
        if text.present && text.value.is_empty() && !text.wrong {
            self.report_text(FindingKind::Schema, &text, format!("{}: `{name}` is empty", entry.title));
        }
        text
    }

    /// Reports a text that is there and breaks a rule.
    pub(super) fn rule(&mut self, entry: &Entry, name: &str, text: &Text, valid: bool, rule: &str) {
        if !text.value.is_empty() && !valid {
            let message = format!("{}: `{name}` {rule}", entry.title);
            self.report_text(FindingKind::Schema, text, message);
        }
    }

    fn endpoint<'v>(&mut self, section: &Entry<'v>, member: &'v ObjectProp<'v>) -> Option<Endpoint> {
        self.check_name("endpoint", section, member);
        let name = member.name.as_str();
        let mut entry = section.child(name.to_owned(), member, member.value.as_object());
        let kind = self.type_of("endpoint", &entry, &choices(ENDPOINTS, "type"))?;
        entry.title = format!("{kind} endpoint [{name}]");
        self.close(&entry, &names(ENDPOINTS));
        let path = self.required(&mut entry, "path");
        self.rule(&entry, "path", &path, is_path(&path.value), "must begin with `/` and hold no white space");
        let normal = endpoint_path::of_endpoint(&path.value);
        if is_path(&path.value) {
            self.rule(&entry, "path", &path, normal.is_ok(), normal.as_ref().err().copied().unwrap_or_default());
        }
        let owner = normal.as_deref().ok().and_then(Reserved::at);
        let reserved = owner.is_some_and(Reserved::is_always);
        self.rule(&entry, "path", &path, !reserved, "must not be a path of the server itself");
        if owner.is_some() && !reserved {
            self.rule(&entry, "path", &path, false, "is a path of the API explorer");
            self.help("the endpoint is not served where the explorer is on: in development, and with --explorer");
        }
        let auth = self.required(&mut entry, "auth");
        let who = match auth.value.as_str() {
            "none" => Some(Auth::None),
            "bearer-token" => Some(Auth::BearerToken),
            _ => None,
        };
        self.rule(&entry, "auth", &auth, who.is_some(), "must be `none` or `bearer-token`");
        let usable = normal.is_ok() && !reserved && who.is_some();
        if !usable && !entry.failed {
            self.help("the endpoint is not served");
        }
        (usable && !entry.failed).then_some(())?;
        who.map(|auth| Endpoint { path: path.value, auth })
    }

    /// Two endpoints at one path: neither could be preferred.
    fn check_path_is_new(&mut self, section: &Entry, member: &ObjectProp, endpoint: &Endpoint, before: &Manifest) {
        let mut others = before.endpoint_order.iter();
        let normal = |endpoint: &Endpoint| endpoint_path::normal(&endpoint.path).map(Cow::into_owned);
        let path = normal(endpoint);
        let other = others.find(|name| before.endpoints.get(*name).is_some_and(|other| normal(other) == path));
        if let Some(other) = other {
            let name = member.name.as_str();
            let message = format!("graphql endpoint [{name}]: endpoint [{other}] has the path `{}` too", endpoint.path);
            self.report(FindingKind::Schema, name_range(member), &join(&section.pointer, name), message);
            self.help("neither is served");
        }
    }

    fn model<'v>(
        &mut self,
        section: &Entry<'v>,
        member: &'v ObjectProp<'v>,
        connections: Option<&Entry>,
    ) -> Option<Model> {
        self.check_name("model", section, member);
        let name = member.name.as_str();
        let mut entry = section.child(format!("model [{name}]"), member, member.value.as_object());
        if !matches!(member.value, Value::Object(_) | Value::NullKeyword(_)) {
            self.wrong_type(&mut entry, &join(&section.pointer, name), &member.value, "it must be an object");
            return None;
        }
        self.close(&entry, &names(MODELS));
        let connection = self.required(&mut entry, "connection");
        let hosted = connection.value == HYPERMODE;
        let (source_model, provider) = if hosted {
            (self.required(&mut entry, "sourceModel"), self.required(&mut entry, "provider"))
        } else {
            (self.optional(&mut entry, "sourceModel"), self.text(&mut entry, "provider"))
        };
        let path = if hosted { self.text(&mut entry, "path") } else { self.optional(&mut entry, "path") };
        if hosted {
            self.rule(&entry, "provider", &provider, provider.value == HUGGING_FACE, "must be `hugging-face`");
            self.rule(&entry, "path", &path, false, "is not allowed for a hosted model");
            let message = format!("{}: Hypermode no longer hosts it", entry.title);
            self.report_text(FindingKind::HostedModel, &connection, message);
            self.help(format!(
                "say with --hosted-models (or {HOSTED_MODELS}) what stands in for it where the app is served, or give the \
                 model a connection of type `http`"
            ));
        } else {
            self.rule(&entry, "provider", &provider, false, "is only allowed for a hosted model");
            self.check_model_connection(&entry, &connection, &path, connections);
        }
        (!entry.failed).then_some(Model {
            source_model: source_model.value,
            provider: provider.value,
            connection: connection.value,
            path: path.value,
        })
    }

    /// A model's connection must be there, be of type `http`, and make a URL together with the model's path.
    fn check_model_connection(&mut self, model: &Entry, connection: &Text, path: &Text, connections: Option<&Entry>) {
        let name = &connection.value;
        if name.is_empty() {
            return;
        }
        let found = connections
            .and_then(|entry| entry.members.iter().rev().find(|member| member.name.as_str() == name.as_str()));
        let message = match found.map(|member| &member.value) {
            None => format!("{}: connection `{name}` does not exist", model.title),
            Some(Value::Object(object)) => match object.get_string("type") {
                Some(kind) if kind.value != "http" => {
                    format!("{}: connection `{name}` is of type `{}`, not `http`", model.title, kind.value)
                }
                _ => return self.check_model_path(model, name, path, object),
            },
            // Reported as a connection without type.
            Some(_) => return,
        };
        self.report_text(FindingKind::ModelConnection, connection, message);
        self.help("the model cannot be invoked");
    }

    /// A path goes with a `baseUrl`, and with that only.
    fn check_model_path(&mut self, model: &Entry, connection: &str, path: &Text, object: &Object) {
        let has = |name: &str| {
            let mut members = object.properties.iter().rev();
            let member = members.find(|member| member.name.as_str().eq_ignore_ascii_case(name));
            matches!(member.map(|member| &member.value), Some(Value::StringLit(text)) if !text.value.is_empty())
        };
        let message = match (has("baseUrl"), has("endpoint"), path.value.is_empty()) {
            (false, true, false) => format!(
                "{}: `path` does not go with connection `{connection}`, whose `endpoint` is the whole URL",
                model.title
            ),
            (true, false, true) if !path.present => {
                format!("{}: `path` is needed behind the `baseUrl` of connection `{connection}`", model.title)
            }
            _ => return,
        };
        self.report_text(FindingKind::ModelConnection, path, message);
        self.help("the model cannot be invoked");
    }

    /// Collections of texts. The reference never looked at their structure, hence the warnings.
    fn collections<'v>(&mut self, root: &Entry<'v>) -> BTreeMap<String, Collection> {
        let mut found = BTreeMap::new();
        let collections =
            root.member("collections").and_then(|member| self.lenient(root, member, "collections".to_owned()));
        let Some(collections) = collections else { return found };
        for member in self.distinct(&collections) {
            self.check_name("collection", &collections, member);
            let title = format!("collection [{}]", member.name.as_str());
            let Some(entry) = self.lenient(&collections, member, title.clone()) else { continue };
            self.close(&entry, &names(COLLECTIONS));
            let search_methods = self.search_methods(&entry, &title);
            found.insert(member.name.as_str().to_owned(), Collection { search_methods });
        }
        found
    }

    fn search_methods(&mut self, collection: &Entry<'_>, title: &str) -> BTreeMap<String, SearchMethod> {
        let mut found = BTreeMap::new();
        let methods = collection.member("searchMethods");
        let methods = methods.and_then(|member| self.lenient(collection, member, format!("{title}: searchMethods")));
        let Some(methods) = methods else { return found };
        for member in self.distinct(&methods) {
            self.check_name("search method", &methods, member);
            let title = format!("{title}: search method [{}]", member.name.as_str());
            let Some(entry) = self.lenient(&methods, member, title) else { continue };
            found.insert(member.name.as_str().to_owned(), self.search_method(&entry));
        }
        found
    }

    fn search_method(&mut self, entry: &Entry<'_>) -> SearchMethod {
        self.close(entry, &names(SEARCH_METHODS));
        let mut method = SearchMethod::default();
        match entry.member("embedder").map(|member| &member.value) {
            Some(Value::StringLit(text)) if !text.value.is_empty() => method.embedder = text.value.to_string(),
            _ => {
                let message = format!("{}: `embedder` must be the name of a function", entry.title);
                self.report_entry(FindingKind::Schema, entry, message);
            }
        }
        let index = entry.member("index");
        let index = index.and_then(|index| self.lenient(entry, index, format!("{}: index", entry.title)));
        if let Some(index) = index {
            self.close(&index, &names(&[&INDEX]));
            match index.member("type").map(|member| &member.value) {
                Some(Value::StringLit(text)) if choices(&[&INDEX], "type").contains(&&*text.value) => {
                    method.index = text.value.to_string()
                }
                other => {
                    if let Some(Value::StringLit(text)) = other {
                        method.index = text.value.to_string();
                    }
                    let message = format!("{}: `type` must be `sequential` or `hnsw`", index.title);
                    self.report_entry(FindingKind::Schema, &index, message);
                }
            }
        }
        method
    }

    /// An object; anything else is only a schema finding.
    fn lenient<'v>(&mut self, owner: &Entry<'v>, member: &'v ObjectProp<'v>, title: String) -> Option<Entry<'v>> {
        match &member.value {
            Value::Object(object) => Some(owner.child(title, member, Some(object))),
            Value::NullKeyword(_) => None,
            other => {
                let message = format!("{title} must be an object, not {}", describe(other));
                let pointer = join(&owner.pointer, member.name.as_str());
                self.report(FindingKind::Schema, range_of(other), &pointer, message);
                None
            }
        }
    }
}
