//! What asks collections.

use std::collections::BTreeMap;
use std::sync::Arc;

use abi::value::Value;

use super::answers::{self, Hit};
use super::store::{Space, Vector};
use super::{Answer, Collections, HostError, Invocation, Pending, embed, pending, text, texts};
use crate::vectors::{Found, product};

/// What is searched for.
enum Query {
    Text(String),
    Vector(Result<Vector, &'static str>),
}

impl Collections {
    pub(super) fn search(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        self.find(invocation, arguments, Query::Text(text(arguments, 3).to_owned()))
    }

    pub(super) fn search_by_vector(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let vector = arguments.get(3).map_or(Err("there is none"), embed::numbers);
        self.find(invocation, arguments, Query::Vector(vector))
    }

    fn find(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value], query: Query) -> Pending {
        let (this, is_inner) = (Arc::clone(self), invocation.is_inner);
        let (collection, method) = (text(arguments, 0).to_owned(), text(arguments, 2).to_owned());
        let mut namespaces = texts(arguments, 1);
        if namespaces.is_empty() {
            namespaces.push(String::new());
        }
        let most = match arguments.get(4) {
            Some(Value::Int(limit)) => usize::try_from(*limit).unwrap_or(0),
            _ => 0,
        };
        pending(async move {
            let mut spaces = Vec::new();
            for namespace in &namespaces {
                spaces.push(this.existing(&collection, namespace).await?);
            }
            spaces.sort();
            spaces.dedup();
            let query = match query {
                Query::Text(text) => this.embedder(&collection, &method, is_inner)?.embed_one(&text).await?,
                Query::Vector(vector) => vector.map_err(|problem| format!("the query is no vector: {problem}"))?,
            };
            let hits = this.nearest(&spaces, &method, query, most, is_inner).await?;
            Ok(answers::found(&collection, &method, hits))
        })
    }

    /// The nearest of several namespaces, by distance, namespace and key, with their texts.
    async fn nearest(
        self: &Arc<Self>,
        spaces: &[Space],
        method: &str,
        query: Vector,
        most: usize,
        is_inner: bool,
    ) -> Result<Vec<Hit>, HostError> {
        let mut found = Vec::new();
        for space in spaces {
            let nearest = self.nearest_in(space, method, &query, most, is_inner).await?;
            found.extend(nearest.into_iter().map(|found| (space, found)));
        }
        found.sort_by(|(space, one), (of, other)| {
            let distance = other.product.total_cmp(&one.product);
            distance.then_with(|| space.namespace.cmp(&of.namespace)).then_with(|| one.key.cmp(&other.key))
        });
        found.truncate(most);
        let (mut hits, mut bytes) = (Vec::with_capacity(found.len()), self.bytes());
        for space in spaces {
            let of_space: Vec<_> = found.iter().enumerate().filter(|(_, (of, _))| *of == space).collect();
            let keys = of_space.iter().map(|(_, (_, found))| Arc::clone(&found.key)).collect();
            let entries;
            (entries, bytes) = self.store().entries(space.clone(), keys, bytes).await?;
            for ((rank, (_, found)), entry) in of_space.into_iter().zip(entries) {
                // One that was deleted meanwhile is not there any more.
                if let Some(entry) = entry {
                    hits.push((rank, Hit { namespace: Arc::clone(&space.namespace), found: found.clone(), entry }));
                }
            }
        }
        hits.sort_by_key(|(rank, _)| *rank);
        Ok(hits.into_iter().map(|(_, hit)| hit).collect())
    }

    async fn nearest_in(
        self: &Arc<Self>,
        space: &Space,
        method: &str,
        query: &Vector,
        most: usize,
        is_inner: bool,
    ) -> Result<Vec<Found>, HostError> {
        let exact = self.method(&space.collection, method)?.index == "sequential";
        let index = self.index(space, method, is_inner).await?;
        Ok(index.search(Arc::clone(query), most, exact).await?)
    }

    pub(super) fn classify(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (this, is_inner) = (Arc::clone(self), invocation.is_inner);
        let [collection, namespace, method, given] = [0, 1, 2, 3].map(|index| text(arguments, index).to_owned());
        pending(async move {
            let space = this.existing(&collection, &namespace).await?;
            let query = this.embedder(&collection, &method, is_inner)?.embed_one(&given).await?;
            let texts = this.store().count(space.clone()).await?;
            let hits = this.nearest(&[space], &method, query, neighbours(texts), is_inner).await?;
            let cluster = answers::cluster(hits);
            let mut labels: BTreeMap<&str, u64> = BTreeMap::new();
            for label in cluster.iter().flat_map(|hit| &hit.entry.labels) {
                *labels.entry(label).or_default() += 1;
            }
            Ok(answers::classified(&collection, &method, &labels, &cluster))
        })
    }

    pub(super) fn distance(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (this, is_inner) = (Arc::clone(self), invocation.is_inner);
        let [collection, namespace, method, one, other] =
            [0, 1, 2, 3, 4].map(|index| text(arguments, index).to_owned());
        pending(async move {
            let space = this.existing(&collection, &namespace).await?;
            let index = this.index(&space, &method, is_inner).await?;
            let vector = async |key: &str| {
                index.get(key).await.ok_or_else(|| HostError::from(format!("vector for key {key} not found")))
            };
            let product = product(&vector(&one).await?, &vector(&other).await?)?;
            Ok(answers::distance(&namespace, product))
        })
    }

    pub(super) fn vector(self: &Arc<Self>, invocation: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (this, is_inner) = (Arc::clone(self), invocation.is_inner);
        let [collection, namespace, method, key] = [0, 1, 2, 3].map(|index| text(arguments, index).to_owned());
        pending(async move {
            let space = this.existing(&collection, &namespace).await?;
            let vector = this.index(&space, &method, is_inner).await?.get(&key).await;
            let numbers = vector.iter().flat_map(|vector| vector.iter());
            Ok(Value::List(numbers.map(|number| Value::Float32(*number)).collect()))
        })
    }

    pub(super) fn text(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        self.entry(arguments, |entry| Value::String(entry.map(|entry| entry.text).unwrap_or_default()))
    }

    pub(super) fn labels(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        self.entry(arguments, |entry| answers::texts(entry.map(|entry| entry.labels).unwrap_or_default()))
    }

    /// What is wanted of the text of a key, which may not be there.
    fn entry(self: &Arc<Self>, arguments: &[Value], wanted: fn(Option<super::store::Entry>) -> Value) -> Pending {
        let this = Arc::clone(self);
        let [collection, namespace, key] = [0, 1, 2].map(|index| text(arguments, index).to_owned());
        pending(async move {
            let space = this.existing(&collection, &namespace).await?;
            let (mut entries, _) = this.store().entries(space, vec![Arc::from(key)], this.bytes()).await?;
            Ok(wanted(entries.pop().flatten()))
        })
    }

    pub(super) fn dump(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let this = Arc::clone(self);
        let [collection, namespace] = [0, 1].map(|index| text(arguments, index).to_owned());
        pending(async move {
            let space = this.existing(&collection, &namespace).await?;
            let texts = this.store().dump(space, this.bytes()).await?;
            Ok(answers::map(texts))
        })
    }

    pub(super) fn namespaces(self: &Arc<Self>, _: &Invocation<'_>, arguments: &[Value]) -> Pending {
        let (this, collection) = (Arc::clone(self), text(arguments, 0).to_owned());
        pending(async move {
            let namespaces = this.all_namespaces(&collection).await?;
            Answer::Ok(answers::texts(namespaces.iter().map(|name| name.to_string())))
        })
    }
}

/// How many of so many texts a text is compared with: floor(log10 n) squared, and one at least.
pub(super) fn neighbours(texts: u64) -> usize {
    let digits = texts.checked_ilog10().unwrap_or(0) as usize;
    (digits * digits).max(1)
}
