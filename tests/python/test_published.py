"""The quick starts that implicit and lifetimes publish, with the import and the names of classes
changed and nothing else, and the figures that lifetimes prints."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from conftest import data_file


@pytest.fixture(scope="module")
def user_item_data():
    counts = sparse.random(200, 80, density=0.1, format="csr", random_state=4)
    counts.data = np.ceil(counts.data * 5)
    return counts


def test_implicit_readme(user_item_data):
    import tenure

    userid, itemid = 17, 5

    # initialize a model
    model = tenure.recommend.IALS(factors=50)

    # train the model on a sparse matrix of user/item/confidence weights
    model.fit(user_item_data)

    # recommend items for a user
    recommendations = model.recommend(userid, user_item_data[userid])

    # find related items
    related = model.similar_items(itemid)

    for ids, scores in (recommendations, related):
        assert ids.shape == scores.shape == (10,)


def test_implicit_readme_of_old_with_the_whole_matrix(user_item_data):
    import tenure

    model = tenure.recommend.IALS(factors=50)
    item_user_data = user_item_data.T.tocsr()
    model.fit(item_user_data.T)
    user_items = item_user_data.T.tocsr()
    old = model.recommend(17, user_items)
    new = model.recommend(17, user_items[17])
    assert (old[0] == new[0]).all()


def test_implicit_tutorial(user_item_data):
    from tenure.recommend import IALS

    artists = np.array([f"artist {i}" for i in range(80)])
    artist_user_plays = user_item_data.T.tocsr()

    # get the transpose since the most of the functions in implicit expect (user, item) sparse matrices
    user_plays = artist_user_plays.T.tocsr()

    model = IALS(factors=64, regularization=0.05, alpha=2.0)
    model.fit(user_plays)

    # Get recommendations for the a single user
    userid = 12
    ids, scores = model.recommend(userid, user_plays[userid], N=10, filter_already_liked_items=False)

    # Use pandas to display the output in a table, pandas isn't a dependency of implicit though
    table = pd.DataFrame(
        {
            "artist": artists[ids],
            "score": scores,
            "already_liked": np.in1d(ids, user_plays[userid].indices),
        }
    )
    assert table.shape == (10, 3) and table["already_liked"].any()

    # get related items for the item
    itemid = 25
    ids, scores = model.similar_items(itemid)
    table = pd.DataFrame({"artist": artists[ids], "score": scores})
    assert table["artist"][0] == "artist 25" and table["score"][0] == pytest.approx(1.0)

    # Make recommendations for the first 100 users in the dataset
    userids = np.arange(100)
    ids, scores = model.recommend(userids, user_plays[userids])
    assert ids.shape == scores.shape == (100, 10)


def cdnow():
    """The 1/10 sample of CDNOW, and its summary in weeks up to 1997-09-30, with two digits as in the
    file that lifetimes brings."""
    from tenure.customers import summary_data_from_transaction_data

    columns = ["master", "id", "date", "cds", "spent"]
    path = data_file("cdnow/CDNOW_sample.txt")
    orders = pd.read_csv(path, sep=r"\s+", names=columns, dtype={"date": str})
    summary = summary_data_from_transaction_data(
        orders, "id", "date", monetary_value_col="spent", datetime_format="%Y%m%d",
        observation_period_end="1997-09-30", freq="D", freq_multiplier=7,
    )
    return orders, (summary + 1e-9).round(2)


def test_lifetimes_quickstart_frequency_and_recency(capsys):
    data = cdnow()[1][["frequency", "recency", "T"]]
    assert data.head().round(2).values.tolist() == [
        [2, 30.43, 38.86], [1, 1.71, 38.86], [0, 0.0, 38.86], [0, 0.0, 38.86], [0, 0.0, 38.86],
    ]

    from tenure.customers import BgNbd

    # similar API to scikit-learn and lifelines.
    bgf = BgNbd(penalizer_coef=0.0)
    bgf.fit(data['frequency'], data['recency'], data['T'])
    print(bgf)
    assert capsys.readouterr().out == (
        "<tenure.BgNbd: fitted with 2357 subjects, a: 0.79, alpha: 4.41, b: 2.43, r: 0.24>\n"
    )
    published = pd.DataFrame(
        {
            "coef": [0.242593, 4.413532, 0.792886, 2.425752],
            "se(coef)": [0.012557, 0.378221, 0.185719, 0.705345],
            "lower 95% bound": [0.217981, 3.672218, 0.428877, 1.043276],
            "upper 95% bound": [0.267205, 5.154846, 1.156895, 3.808229],
        },
        index=["r", "alpha", "a", "b"],
    )
    # Four digits: lifetimes stops its search at a tolerance of 1e-7.
    pd.testing.assert_frame_equal(bgf.summary, published, rtol=2e-4)

    t = 1
    data['predicted_purchases'] = bgf.conditional_expected_number_of_purchases_up_to_time(t, data['frequency'], data['recency'], data['T'])
    best = data.sort_values(by='predicted_purchases').tail(5)
    np.testing.assert_allclose(
        best['predicted_purchases'], [0.424877, 0.474738, 0.486526, 0.662396, 0.710623], rtol=1e-4
    )
    assert best['frequency'].tolist() == [18, 19, 17, 29, 26]


def test_lifetimes_quickstart_transactions():
    from tenure.customers import BgNbd
    from tenure.customers import summary_data_from_transaction_data
    from tenure.customers import calibration_and_holdout_data

    transaction_data = cdnow()[0][["date", "id"]]
    bgf = BgNbd(penalizer_coef=0.0)

    summary = summary_data_from_transaction_data(transaction_data, 'id', 'date', observation_period_end='1998-06-30')
    bgf.fit(summary['frequency'], summary['recency'], summary['T'])

    summary_cal_holdout = calibration_and_holdout_data(transaction_data, 'id', 'date',
                                            calibration_period_end='1997-09-30',
                                            observation_period_end='1998-06-30' )
    assert list(summary_cal_holdout.columns) == [
        "frequency_cal", "recency_cal", "T_cal", "frequency_holdout", "duration_holdout"
    ]
    assert (summary_cal_holdout["duration_holdout"] == 273).all()
    both = summary_cal_holdout["frequency_cal"] + summary_cal_holdout["frequency_holdout"]
    assert (both == summary["frequency"]).all()

    bgf.fit(summary_cal_holdout['frequency_cal'], summary_cal_holdout['recency_cal'], summary_cal_holdout['T_cal'])

    t = 10 #predict purchases in 10 periods
    individual = summary.iloc[20]
    # The below function is an alias to `bfg.conditional_expected_number_of_purchases_up_to_time`
    predicted = bgf.predict(t, individual['frequency'], individual['recency'], individual['T'])
    assert isinstance(predicted, float) and 0 < predicted < t


def test_lifetimes_quickstart_value():
    from tenure.customers import BgNbd, GammaGamma

    summary_with_money_value = cdnow()[1]
    returning_customers_summary = summary_with_money_value[summary_with_money_value['frequency']>0]
    first = returning_customers_summary.head().round(2)
    assert first["monetary_value"].tolist() == [22.35, 11.77, 73.74, 11.77, 25.55]

    ggf = GammaGamma(penalizer_coef = 0)
    ggf.fit(returning_customers_summary['frequency'],
            returning_customers_summary['monetary_value'])
    # Published: p 6.25, q 3.74, v 15.45.
    np.testing.assert_allclose(ggf.params_, [6.25, 3.74, 15.45], atol=0.005)

    profit = ggf.conditional_expected_average_profit(
            summary_with_money_value['frequency'],
            summary_with_money_value['monetary_value']
        ).head(10)
    published = [
        24.658619, 18.911489, 35.170981, 35.170981, 35.170981, 71.462843, 18.911489, 35.170981,
        27.282408, 35.170981,
    ]
    np.testing.assert_allclose(profit, published, rtol=1e-4)

    bgf = BgNbd(penalizer_coef=0.0)
    # refit the BG model to the summary_with_money_value dataset
    bgf.fit(summary_with_money_value['frequency'], summary_with_money_value['recency'], summary_with_money_value['T'])

    clv = ggf.customer_lifetime_value(
        bgf, #the model to use to predict the number of future transactions
        summary_with_money_value['frequency'],
        summary_with_money_value['recency'],
        summary_with_money_value['T'],
        summary_with_money_value['monetary_value'],
        time=12, # months
        discount_rate=0.01 # monthly discount rate ~ 12.7% annually
    ).head(10)
    assert clv.name == "clv"
    published = [
        140.096211, 18.943467, 38.180574, 38.180574, 38.180574, 1003.868107, 28.109683, 38.180574,
        167.418216, 38.180574,
    ]
    np.testing.assert_allclose(clv, published, rtol=1e-3)
