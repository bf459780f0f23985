# The grader, as an ordinary user, with the versions of requirements.lock. In the checkout:
#   make wheels
#   docker build -f docker/grader.Dockerfile -t grader .
#   docker run --rm -v "$PWD/classroom:/home/grader/classroom" grader grade optimizers
FROM python:3.12-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.lock dist/deep_learning_for_finance_grader-*.whl /tmp/
RUN awk '/^uv==/ {take = 1; print; next} /^[^ ]/ {take = 0} take' /tmp/requirements.lock > /tmp/uv.lock \
    && pip install --no-cache-dir --require-hashes -r /tmp/uv.lock \
    && uv pip install --system --no-cache --constraint /tmp/requirements.lock /tmp/deep_learning_for_finance_grader-*.whl \
    && rm /tmp/*.lock /tmp/*.whl
RUN useradd --create-home --uid 1000 grader
USER grader
WORKDIR /home/grader
ENTRYPOINT ["tp"]
