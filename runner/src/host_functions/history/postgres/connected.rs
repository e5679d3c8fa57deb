//! A connection to a database that has the tables, and writing on it.

use std::collections::HashMap;

use tokio_postgres::{Client, Error, Statement};

use super::super::budget::Room;
use super::super::record::{Inference, Plugin};
use super::{Settings, statements};
use crate::host_functions::metadata::{self, DATABASE, is_about_data, said};
use crate::telemetry::metrics;

pub(super) struct Connected {
    pub(super) client: Client,
    /// What it was made with.
    text: String,
    /// Whether the tables have the columns of this runner.
    pub(super) has_more: bool,
    insert: Statement,
    /// Ids of apps by their builds; none for an app that the database does not take.
    plugins: HashMap<String, Option<String>>,
}

impl Connected {
    /// The connection: the one that is there, unless it is closed or the secret is another one now.
    pub(super) async fn get<'c>(there: &'c mut Option<Self>, settings: &Settings) -> Result<&'c mut Self, String> {
        let text = metadata::secret(&settings.environment);
        let text = text.ok_or_else(|| format!("the secret {DATABASE} is not there any more"))?;
        let is_good = |connected: &Self| connected.text == text && !connected.client.is_closed();
        if !there.as_ref().is_some_and(is_good) {
            *there = None;
            let client = metadata::connect(&text).await.map_err(|error| error.to_string())?;
            let has_more = statements::prepare_tables(&client).await.map_err(|error| said(&error))?;
            let insert = client.prepare(&statements::insert(has_more)).await.map_err(|error| said(&error))?;
            *there = Some(Self { client, text, has_more, insert, plugins: HashMap::new() });
        }
        there.as_mut().ok_or_else(|| "there is no connection".to_owned())
    }

    /// Writes records: all of them, but those that the database finds fault with however they are written. Those are dropped
    /// and counted.
    ///
    /// # Errors
    /// None of them may be written.
    pub(super) async fn write(&mut self, batch: &[(Inference, Room)], most: usize) -> Result<(), Error> {
        match self.write_all(batch, most).await {
            // One of them is not as the database wants it, or what is known of its app is out of date.
            Err(error) if is_about_data(&error) => self.plugins.clear(),
            written => return written,
        }
        for (inference, _) in batch {
            self.write_single(inference, most).await?;
        }
        Ok(())
    }

    /// Writes records in one transaction.
    async fn write_all(&mut self, batch: &[(Inference, Room)], most: usize) -> Result<(), Error> {
        let mut rows = Vec::with_capacity(batch.len());
        for (inference, _) in batch {
            // Before the transaction: what that takes back when it fails would be thought to be there.
            let plugin = self.known(&inference.plugin).await?;
            rows.push(statements::Values::of(inference, plugin, most));
        }
        let transaction = self.client.transaction().await?;
        // All are on their way before the first is answered.
        let written = rows.iter().map(|row| row.write(&transaction, &self.insert, self.has_more));
        futures::future::try_join_all(written).await?;
        transaction.commit().await
    }

    /// Writes a record by itself. Where the database cannot take its JSON, it is written as text; where not even that, it is
    /// dropped and counted.
    async fn write_single(&mut self, inference: &Inference, most: usize) -> Result<(), Error> {
        let plugin = self.known(&inference.plugin).await?;
        let mut values = statements::Values::of(inference, plugin, most);
        match values.write(&self.client, &self.insert, self.has_more).await {
            Err(error) if is_about_data(&error) => values.as_text(inference),
            written => return written,
        }
        match values.write(&self.client, &self.insert, self.has_more).await {
            Err(error) if is_about_data(&error) => {
                metrics::inference_dropped();
                Ok(())
            }
            written => written,
        }
    }

    /// The id of an app, which is noted where it is not yet. Records of an app that cannot be noted are written without one.
    async fn known(&mut self, plugin: &Plugin) -> Result<Option<String>, Error> {
        if let Some(id) = self.plugins.get(&plugin.build_id) {
            return Ok(id.clone());
        }
        let id = match statements::note_plugin(&self.client, plugin).await {
            Ok(id) => Some(id),
            Err(error) if is_about_data(&error) => {
                let error = said(&error);
                tracing::warn!(target: "modus", error, "The app cannot be noted: its calls of models are recorded without it.");
                None
            }
            Err(error) => return Err(error),
        };
        self.plugins.insert(plugin.build_id.clone(), id.clone());
        Ok(id)
    }
}
