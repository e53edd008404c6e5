//! An application whose methods answer how they understood their requests.

use auth_server::api::custom::ParcelsOperations;
use auth_server::api::models::*;
use auth_server::testing::TestServer;
use auth_server::{Call, Endpoints, Error, async_trait};

use crate::api::custom::parcels::{FindParcelsParams, ListParcelsParams, SearchParcelsParams};

struct Parcels;

#[async_trait]
impl ParcelsOperations for Parcels {
    async fn send_parcel(
        &self,
        _call: &mut Call,
        body: Parcel,
    ) -> Result<SendParcelResponse, Error> {
        Ok(SendParcelResponse::ok(format!("{body:?}")))
    }

    async fn list_parcels(
        &self,
        _call: &mut Call,
        params: ListParcelsParams,
    ) -> Result<ListParcelsResponse, Error> {
        Ok(ListParcelsResponse::ok(format!("{params:?}")))
    }

    async fn search_parcels(
        &self,
        _call: &mut Call,
        params: SearchParcelsParams,
    ) -> Result<SearchParcelsResponse, Error> {
        Ok(SearchParcelsResponse::ok(format!("{params:?}")))
    }

    async fn find_parcels(
        &self,
        _call: &mut Call,
        params: FindParcelsParams,
    ) -> Result<FindParcelsResponse, Error> {
        Ok(FindParcelsResponse::ok(format!("{params:?}")))
    }
}

/// A server with these methods.
pub(crate) async fn server() -> TestServer {
    TestServer::start(|auth| auth_server::router(auth, Endpoints::new().parcels(Parcels))).await
}
