//! Where in the life of a sign-in something happens: problems and failures share one order.

words! {
    /// Where in the life of a sign-in a problem acts, or a failure shows. Later ones follow from earlier ones.
    pub enum Stage {
        /// Documents cannot be read at all.
        Documents,
        /// Either side's configuration contradicts itself.
        Configuration,
        /// The service provider makes and sends its request.
        Request,
        /// The identity provider judges the request.
        IdpRequest,
        /// The person authenticates.
        Authentication,
        /// The identity provider makes and sends its response.
        Response,
        /// The service provider receives and judges the response.
        Consumption,
        /// The service provider keeps the session.
        Session,
        /// The person lands in the application.
        Landing,
        /// The person signs out.
        Logout,
        /// Nothing that acts: symptoms and remarks on the capture itself.
        Observation,
    }
}
